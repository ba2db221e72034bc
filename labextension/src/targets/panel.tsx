/** The section of compute: slots in use, and how each machine fares. */
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { Machine, TargetInfo } from '../api/records';
import type { Shelf } from '../api/shelf';
import type { IWorkspace } from '../tokens';
import { Icon } from '../ui/button';
import { MidEllipsis } from '../ui/ellipsis';
import { percent } from '../ui/format';
import { computeIcon } from '../ui/icons';
import { Meter, Slots } from '../ui/meter';
import { ListSection } from '../ui/section';
import { StateGlyph } from '../ui/state';
import { useTrans } from '../ui/trans';
import { useSignal } from '../ui/useSignal';
import { useRounds, useVisible } from '../ui/useVisible';

const LOOK_MS = 30_000; // how busy a machine is changes without anything being said

export interface ITargetsPanelProps {
  readonly shelf: Shelf<TargetInfo>;
  readonly workspace: IWorkspace;
  readonly onOpen: (name: string) => void;
}

export function TargetsPanel({ shelf, workspace, onOpen }: ITargetsPanelProps): JSX.Element {
  const trans = useTrans();
  useSignal(shelf.changed);
  useSignal(workspace.changed);
  const [box, visible] = useVisible<HTMLDivElement>();
  useRounds(() => shelf.refresh(), LOOK_MS, visible && workspace.standing === 'here');
  return (
    <div ref={box}>
      <ListSection
        shelf={shelf}
        first={workspace.standing === 'none'}
        failed={trans.__('Compute did not load')}
        emptyWords={trans.__('This computer is attached with the first run:')}
        emptyCode={'%%submit\nprint("Hello")'}
        onRetry={() => void shelf.refresh()}
        row={target => (
          <li key={target.name}>
            <button type="button" className="jp-mlws-item" onClick={() => onOpen(target.name)}>
              <Icon icon={computeIcon} />
              <MidEllipsis text={target.name} />
              <span className="jp-mlws-muted jp-mlws-small jp-mlws-cut jp-mlws-opt">
                {kind(target, trans)}
              </span>
              <Busy target={target} />
            </button>
            {target.machine && !target.problem && <Meters machine={target.machine} />}
          </li>
        )}
      />
    </div>
  );
}

function Busy({ target }: { readonly target: TargetInfo }): JSX.Element {
  const trans = useTrans();
  if (target.problem) {
    return (
      <span className="jp-mlws-item-end jp-mlws-tone-warn" title={target.problem}>
        <StateGlyph state="NotResponding" />
        {trans.__('no contact')}
      </span>
    );
  }
  const { running, slots, waiting } = target;
  const words =
    running === 0 ? trans.__('idle') : trans.__('%1 of %2', Math.min(running, slots), slots);
  const label = trans.__('%1 of %2 slots are taken', running, slots);
  const line = waiting > 0 ? `${words}, ${trans.__('%1 wait', waiting)}` : words;
  return (
    <span className="jp-mlws-item-end">
      <Slots used={running} total={slots} label={label} />
      {line}
    </span>
  );
}

/** The three that matter: a GPU's use takes the place of the disk's. A busy GPU is no warning. */
function Meters({ machine }: { readonly machine: Machine }): JSX.Element {
  const trans = useTrans();
  const { cpu_percent: cpu, memory_bytes: memory, disk_bytes: disk, gpus } = machine;
  return (
    <div className="jp-mlws-meters">
      <Meter label={trans.__('CPU')} value={cpu} />
      {memory !== null && (
        <Meter label={trans.__('Mem')} value={percent(machine.memory_used_bytes ?? 0, memory)} />
      )}
      {gpus.length > 0 ? (
        <Meter
          label={trans.__('GPU')}
          value={gpus.reduce((sum, gpu) => sum + gpu.percent, 0) / gpus.length}
          warnAbove={100}
        />
      ) : (
        disk !== null && (
          <Meter
            label={trans.__('Disk')}
            value={percent(disk - (machine.disk_free_bytes ?? 0), disk)}
          />
        )
      )}
    </div>
  );
}

function kind(target: TargetInfo, trans: TranslationBundle): string {
  const machine = target.machine;
  const kinds: Readonly<Record<string, string>> = {
    local: '',
    ssh: 'SSH',
    docker: 'Docker',
    k8s: 'Kubernetes',
    kubernetes: 'Kubernetes'
  };
  const gpus = machine?.gpus ?? [];
  const what = gpus.length
    ? `${gpus.length} × ${gpus[0].name.replace(/^NVIDIA (GeForce )?/, '')}`
    : machine?.cpus
      ? trans._n('%1 core', '%1 cores', machine.cpus)
      : '';
  return [kinds[target.kind] ?? target.kind, what].filter(Boolean).join(', ');
}
