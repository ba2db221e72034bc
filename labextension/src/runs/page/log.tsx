/** The log of a run: live, searched, followed. Only the lines that are seen are drawn. */
import { caretDownIcon, caretUpIcon, downloadIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import { logLink } from '../../api/runs';
import { Button, IconButton, Link } from '../../ui/button';
import { FilterBox } from '../../ui/filter';
import { bytes, count, roughly } from '../../ui/format';
import { toEndIcon } from '../../ui/icons';
import { EmptyState, ErrorState, Skeleton } from '../../ui/notice';
import { StateGlyph } from '../../ui/state';
import { Check, Segments } from '../../ui/tabs';
import { useTrans } from '../../ui/trans';
import { useSignal } from '../../ui/useSignal';
import { over } from '../sentences';
import { LogModel } from './logModel';
import { LogLines, type ILogView } from './logLines';
import type { ITabProps } from './tab';

/** The log of the run while its tab is open. */
export function LogTab(props: ITabProps): JSX.Element {
  const { settings } = props.model.workspace;
  const { id } = props.run;
  const [log, setLog] = React.useState<LogModel | null>(null);
  React.useEffect(() => {
    const made = new LogModel(settings, id);
    setLog(made);
    return () => made.dispose();
  }, [settings, id]);
  return log ? <OpenLog {...props} log={log} /> : <Skeleton rows={12} height={18} />;
}

interface IOpenLogProps extends ITabProps {
  readonly log: LogModel;
}

function OpenLog(props: IOpenLogProps): JSX.Element {
  const { log, run, model } = props;
  const trans = useTrans();
  useSignal(log.changed);
  const [follow, setFollow] = React.useState(!over(run));
  const [words, setWords] = React.useState('');
  const [only, setOnly] = React.useState('all');
  const [hit, setHit] = React.useState(0);
  const view = React.useRef<ILogView>(null);
  const errors = log.errors();
  const hits = words ? log.find(words) : [];
  const at = hits.length ? ((hit % hits.length) + hits.length) % hits.length : 0;

  React.useEffect(() => {
    if (hits.length) {
      setFollow(false);
      view.current?.show(hits[at]);
    }
    // Only another word or another hit moves the view, not another line.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [words, at]);

  if (log.error) {
    return (
      <ErrorState
        title={trans.__('The log did not load')}
        error={log.error}
        onRetry={() => log.retry()}
      />
    );
  }
  return (
    <>
      <div className="jp-mlws-tools">
        <FilterBox
          value={words}
          placeholder={trans.__('Find in the log')}
          onChange={typed => {
            setWords(typed);
            setHit(0);
          }}
        />
        {words && <Hits n={hits.length} at={at} onStep={step => setHit(at + step)} />}
        <Segments
          label={trans.__('Lines')}
          current={only}
          onChange={setOnly}
          tabs={[
            { id: 'all', label: trans.__('All') },
            { id: 'errors', label: trans.__('Errors'), n: errors.length }
          ]}
        />
        <span className="jp-mlws-end jp-mlws-row jp-mlws-gap8">
          {!over(run) && <Check label={trans.__('Follow')} checked={follow} onChange={setFollow} />}
          <Button
            label={trans.__('Jump to end')}
            icon={toEndIcon}
            onClick={() => view.current?.show(log.lines.length - 1)}
          />
          <IconButton
            label={trans.__('Download the log')}
            icon={downloadIcon}
            onClick={() => window.open(logLink(model.workspace.settings, run.id), '_blank')}
          />
        </span>
      </div>
      {log.size === 0 && log.standing !== 'loading' ? (
        <div className="jp-mlws-grow">
          <EmptyState title={trans.__('The log is empty')}>
            <p>
              {over(run)
                ? trans.__('The run has printed nothing.')
                : trans.__('What the run prints appears here at once.')}
            </p>
          </EmptyState>
        </div>
      ) : (
        <LogLines
          ref={view}
          lines={log.lines}
          shown={only === 'errors' ? errors : null}
          hits={hits}
          now={hits[at] ?? null}
          follow={follow && !over(run)}
          onLeave={() => setFollow(false)}
        />
      )}
      <Foot {...props} follow={follow} />
    </>
  );
}

function Hits({
  n,
  at,
  onStep
}: {
  readonly n: number;
  readonly at: number;
  readonly onStep: (step: number) => void;
}): JSX.Element {
  const trans = useTrans();
  return (
    <span className="jp-mlws-row" role="status">
      <span className="jp-mlws-small jp-mlws-muted jp-mlws-nowrap">
        {n ? trans.__('%1 of %2', at + 1, count(n)) : trans.__('not found')}
      </span>
      <IconButton label={trans.__('Previous')} icon={caretUpIcon} onClick={() => onStep(-1)} />
      <IconButton label={trans.__('Next')} icon={caretDownIcon} onClick={() => onStep(1)} />
    </span>
  );
}

/** Where the log stands. */
function Foot({ log, now, follow }: IOpenLogProps & { readonly follow: boolean }): JSX.Element {
  const trans = useTrans();
  const lines = Math.max(0, log.lines.length - (log.lines[log.lines.length - 1] ? 0 : 1));
  return (
    <div className="jp-mlws-foot" role="status">
      <Where log={log} follow={follow} />
      <span>
        {trans._n('%1 line', '%1 lines', lines, count(lines))}, {bytes(log.size)}
      </span>
      {log.start > 0 && (
        <Link onClick={() => void log.earlier()}>
          {trans.__('show earlier, %1', bytes(log.start))}
        </Link>
      )}
      {log.heardAt !== null && log.standing === 'following' && (
        <span className="jp-mlws-end">
          {trans.__('last line %1 ago', roughly((now - log.heardAt) / 1000))}
        </span>
      )}
    </div>
  );
}

function Where({ log, follow }: { readonly log: LogModel; readonly follow: boolean }) {
  const trans = useTrans();
  switch (log.standing) {
    case 'following':
      return (
        <span className="jp-mlws-state jp-mlws-tone-run">
          <StateGlyph state="Running" />
          {follow ? trans.__('following') : trans.__('goes on')}
        </span>
      );
    case 'ended':
      return <span>{trans.__('ended')}</span>;
    case 'broken':
      return (
        <span className="jp-mlws-state jp-mlws-tone-warn">
          <StateGlyph state="NotResponding" />
          {trans.__('no contact, trying again')}
        </span>
      );
    default:
      return <span>{trans.__('loading')}</span>;
  }
}
