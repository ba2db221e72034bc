/** Why a run failed: the reason, where it happened, and the way to the log. */
import * as React from 'react';

import { readLog } from '../../api/runs';
import { Button } from '../../ui/button';
import { lines, textOf } from '../../ui/ansi';
import { CopyDetails } from '../../ui/copy';
import { bytes, clock } from '../../ui/format';
import { logIcon } from '../../ui/icons';
import { LogText } from '../../ui/logLine';
import { Notice } from '../../ui/notice';
import { useTrans } from '../../ui/trans';
import { useLoaded } from '../../ui/useLoaded';
import { traceback } from '../traceback';
import type { ITabProps } from './page';

const LOG_BYTES = 32_000;
const LINES = 14;

export function FailedPart({ model, run }: ITabProps): JSX.Element {
  const trans = useTrans();
  const { settings } = model.workspace;
  const tail = useLoaded(async () => {
    const part = await readLog(settings, run.id, -LOG_BYTES);
    return lines(new TextDecoder().decode(part.bytes).trimEnd());
  }, [run.id]);
  const shown = traceback(tail.value ?? [], LINES).filter(line => line.length);
  const words = [
    run.exit_code !== null && trans.__('Exit code %1', run.exit_code),
    run.signal !== null && trans.__('Ended by signal %1', run.signal),
    run.ended_at && trans.__('at %1', clock(run.ended_at))
  ].filter(Boolean);
  return (
    <div className="jp-mlws-box jp-mlws-failed">
      <Notice
        tone="bad"
        glyph="Failed"
        title={
          <span className="jp-mlws-failed-why">{run.reason ?? trans.__('The run failed')}</span>
        }
      >
        {words.join(' ')}
      </Notice>
      {shown.length > 0 && (
        <div className="jp-mlws-log jp-mlws-failed-log">
          {shown.map((line, i) => (
            <div
              key={i}
              className={`jp-mlws-failed-line ${i === shown.length - 1 ? 'jp-mod-last' : ''}`}
            >
              <LogText line={line} />
            </div>
          ))}
        </div>
      )}
      <div className="jp-mlws-card-foot">
        <Button label={trans.__('Open log')} icon={logIcon} onClick={() => model.show('log')} />
        {shown.length > 0 && <CopyDetails text={shown.map(textOf).join('\n')} />}
        <span className="jp-mlws-end">{trans.__('log of %1', bytes(run.log_bytes))}</span>
      </div>
    </div>
  );
}
