/** Why a run failed: the reason, where it happened, and the way to the log. */
import { codeIcon, copyIcon, redoIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { Parameters } from '../../api/records';
import { readLog } from '../../api/runs';
import { sentence } from '../../api/request';
import { Button } from '../../ui/button';
import { lines, textOf } from '../../ui/ansi';
import { Copied, CopyDetails, useCopy } from '../../ui/copy';
import { Part } from '../../ui/facts';
import { bytes, clock } from '../../ui/format';
import { logIcon } from '../../ui/icons';
import { LogText } from '../../ui/logLine';
import { Notice } from '../../ui/notice';
import { useTrans } from '../../ui/trans';
import { useLoaded } from '../../ui/useLoaded';
import { remedies, type Remedy } from '../remedies';
import { errorAt, traceback } from '../traceback';
import type { IPlace } from './model';
import type { ITabProps } from './tab';

const LOG_BYTES = 32_000;
const LINES = 14;

export function FailedPart(props: ITabProps): JSX.Element {
  const { model, run } = props;
  const trans = useTrans();
  const { settings } = model.workspace;
  const tail = useLoaded(async () => {
    const part = await readLog(settings, run.id, -LOG_BYTES);
    return lines(new TextDecoder().decode(part.bytes).trimEnd());
  }, [run.id]);
  const shown = traceback(tail.value ?? [], LINES).filter(line => line.length);
  const error = errorAt(shown.map(textOf));
  const words = [
    run.exit_code !== null && trans.__('Exit code %1', run.exit_code),
    run.signal !== null && trans.__('Ended by signal %1', run.signal),
    run.ended_at && trans.__('at %1', clock(run.ended_at))
  ].filter(Boolean);
  const ways = tail.value || tail.error ? remedies(run, shown.map(textOf), trans) : [];
  return (
    <>
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
              <div key={i} className={`jp-mlws-failed-line ${i >= error ? 'jp-mod-last' : ''}`}>
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
      {ways.length > 0 && (
        <Part title={trans.__('What you can do')}>
          <div className="jp-mlws-box">
            {ways.map(way => (
              <Way key={way.words} {...props} way={way} />
            ))}
          </div>
        </Part>
      )}
    </>
  );
}

function Way({ model, links, way }: ITabProps & { readonly way: Remedy }): JSX.Element {
  const [error, setError] = React.useState<unknown>(null);
  return (
    <div className="jp-mlws-way">
      <span className="jp-mlws-grow">
        <b>{way.words}</b> <span className="jp-mlws-muted">{way.fact}</span>
        {error !== null && <span className="jp-mlws-tone-bad"> {sentence(error)}</span>}
      </span>
      <Act
        way={way}
        onAgain={parameters => void model.again(parameters).then(links.openRun, setError)}
        onPlace={place => model.open(place)}
        onLog={() => model.show('log')}
      />
    </div>
  );
}

interface IActProps {
  readonly way: Remedy;
  readonly onAgain: (parameters?: Parameters) => void;
  readonly onPlace: (place: IPlace) => void;
  readonly onLog: () => void;
}

function Act({ way, onAgain, onPlace, onLog }: IActProps): JSX.Element {
  const trans = useTrans();
  const [copied, copy] = useCopy();
  switch (way.kind) {
    case 'copy':
      return copied ? (
        <Copied />
      ) : (
        <Button
          label={trans.__('Copy')}
          title={way.text}
          icon={copyIcon}
          onClick={() => copy(way.text)}
        />
      );
    case 'again':
      return (
        <Button
          label={trans.__('Run again')}
          icon={redoIcon}
          onClick={() => onAgain(way.parameters)}
        />
      );
    case 'place':
      return <Button label={trans.__('Open file')} icon={codeIcon} onClick={() => onPlace(way)} />;
    case 'log':
      return <Button label={trans.__('Open log')} icon={logIcon} onClick={onLog} />;
  }
}
