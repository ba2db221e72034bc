/** The page of a run: head, tabs, and the tab that is open. */
import * as React from 'react';

import { Bar } from '../../ui/meter';
import { ErrorState, Skeleton } from '../../ui/notice';
import { Sheet } from '../../ui/sheet';
import { word } from '../../ui/states';
import { Tabs } from '../../ui/tabs';
import { useTrans } from '../../ui/trans';
import { useNow, useSignal } from '../../ui/useSignal';
import { over, share, shown, title } from '../sentences';
import { CodeTab } from './code';
import { EventsTab } from './events';
import { RunHead } from './head';
import { LogTab } from './log';
import { MetricsTab } from './metrics';
import type { RunPageModel } from './model';
import { OutputsTab } from './outputs';
import { OverviewTab } from './overview';
import type { IRunLinks, ITabProps } from './tab';

export function RunPage({
  model,
  links
}: {
  readonly model: RunPageModel;
  readonly links: IRunLinks;
}): JSX.Element {
  const trans = useTrans();
  useSignal(model.changed);
  const { run } = model;
  const now = useNow(run && !over(run) ? 1000 : 30_000);
  if (!run) {
    return model.error ? (
      <ErrorState
        title={trans.__('The run did not load')}
        error={model.error}
        onRetry={() => void model.refresh()}
      />
    ) : (
      <Skeleton rows={6} height={40} />
    );
  }
  const props = { model, run, now, links };
  const done = run.state === 'Running' ? share(run) : null;
  const own = model.series.filter(one => !one.name.startsWith('system/')).length;
  return (
    <Sheet
      label={trans.__('Run %1', title(run))}
      said={`${title(run)}: ${word(shown(run), trans)}`}
    >
      <div className="jp-mlws-page-progress">
        {done !== null && <Bar value={done} thin label={trans.__('Progress of the run')} />}
      </div>
      <RunHead {...props} />
      <Tabs
        label={trans.__('Parts of the run')}
        current={model.tab}
        onChange={tab => model.show(tab)}
        tabs={[
          { id: 'overview', label: trans.__('Overview') },
          { id: 'metrics', label: trans.__('Metrics'), n: own },
          { id: 'log', label: trans.__('Log') },
          { id: 'outputs', label: trans.__('Outputs'), n: run.outputs.length },
          { id: 'code', label: trans.__('Code') },
          { id: 'events', label: trans.__('Events'), n: model.moves.length }
        ]}
      />
      <div className="jp-mlws-page-body" role="tabpanel">
        <OpenTab {...props} />
      </div>
    </Sheet>
  );
}

function OpenTab(props: ITabProps): JSX.Element {
  switch (props.model.tab) {
    case 'metrics':
      return <MetricsTab {...props} />;
    case 'log':
      return <LogTab {...props} />;
    case 'outputs':
      return <OutputsTab {...props} />;
    case 'code':
      return <CodeTab {...props} />;
    case 'events':
      return <EventsTab {...props} />;
    default:
      return <OverviewTab {...props} />;
  }
}
