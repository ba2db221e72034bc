/** Deploy a version: a new endpoint, or the next revision of one that is there. */
import * as React from 'react';

import { createEndpoint, patchEndpoint } from '../api/endpoints';
import type { ModelVersion, TargetInfo } from '../api/records';
import { listTargets } from '../api/targets';
import { Snippet } from '../ui/copy';
import { Field, FormPanel, otherThan, problemOf } from '../ui/form';
import { endpointIcon } from '../ui/icons';
import { Segments } from '../ui/tabs';
import { useTrans } from '../ui/trans';
import type { VersionsModel } from './model';
import { deployCommand, deployMagic, free } from './words';

const NAME = /^[a-zA-Z0-9][a-zA-Z0-9._-]{0,63}$/;
const SAID_BESIDE = ['name', 'target', 'instances', 'python'];
const MOST_INSTANCES = 64;

export interface IDeployFormProps {
  readonly model: VersionsModel;
  readonly version: ModelVersion;
  readonly onDone: (endpoint: string) => void;
  readonly onClose: () => void;
}

export function DeployForm({ model, version, onDone, onClose }: IDeployFormProps): JSX.Element {
  const trans = useTrans();
  const { settings } = model.workspace;
  const taken = model.endpoints?.map(one => one.name) ?? [];
  const [name, setName] = React.useState(() => free(`${version.name}-svc`, taken));
  const [instances, setInstances] = React.useState('1');
  const [python, setPython] = React.useState('');
  const [target, setTarget] = React.useState(model.workspace.info?.default_target ?? 'local');
  const [error, setError] = React.useState<unknown>(null);
  const [busy, setBusy] = React.useState(false);
  const [way, setWay] = React.useState('notebook');
  const targets = useLocalTargets(model);
  const trained = model.run?.spec.python ?? null;
  const updates = taken.includes(name);
  const label = `${version.name}:${version.version}`;
  const one = {
    name,
    model: label,
    instances: Number(instances) || 1,
    python: python.trim() || undefined
  };
  const send = async () => {
    setBusy(true);
    setError(null);
    try {
      if (updates) {
        const { model: served, ...rest } = one;
        await patchEndpoint(settings, name, {
          model: served,
          instances: rest.instances,
          python: rest.python
        });
      } else {
        await createEndpoint(settings, { ...one, target });
      }
      onDone(name);
    } catch (reason) {
      setError(reason);
      setBusy(false);
    }
  };
  return (
    <FormPanel
      title={trans.__('Deploy %1', label)}
      verb={updates ? trans.__('Update %1', name) : trans.__('Deploy')}
      icon={endpointIcon}
      busy={busy ? trans.__('Starting…') : null}
      lacks={lacks(name, instances, trans)}
      error={otherThan(error, SAID_BESIDE)}
      onSend={() => void send()}
      onClose={onClose}
    >
      <Field
        label={trans.__('Name')}
        problem={problemOf(error, 'name')}
        hint={
          updates
            ? trans.__('%1 is there: it gets a next revision, address and keys stay.', name)
            : taken.length
              ? trans.__('New endpoint. Type %1 to update that one instead.', taken[0])
              : trans.__('A new endpoint, with an address and two keys.')
        }
      >
        <input
          className="jp-mlws-input"
          value={name}
          autoFocus
          spellCheck={false}
          onChange={event => setName(event.target.value)}
        />
      </Field>
      {!updates && targets.length > 1 && (
        <Field label={trans.__('Target')} problem={problemOf(error, 'target')}>
          <select
            className="jp-mlws-input"
            value={target}
            onChange={event => setTarget(event.target.value)}
          >
            {targets.map(known => (
              <option key={known.name}>{known.name}</option>
            ))}
          </select>
        </Field>
      )}
      <Field
        label={trans.__('Replicas')}
        problem={problemOf(error, 'instances')}
        hint={trans.__('Processes that answer at the same time. Each holds the model in memory.')}
      >
        <input
          className="jp-mlws-input"
          type="number"
          min={1}
          max={MOST_INSTANCES}
          value={instances}
          onChange={event => setInstances(event.target.value)}
        />
      </Field>
      <Field
        label={trans.__('Entry script')}
        hint={trans.__('For your own init() and run(data), put %1 on a cell.', '%%deploy')}
      >
        <input
          className="jp-mlws-input"
          value={trans.__('none: the model is served as it is')}
          disabled
        />
      </Field>
      <Field
        label={trans.__('Python')}
        problem={problemOf(error, 'python')}
        hint={
          trained
            ? trans.__('Empty: the server’s own. It was trained with %1', trained)
            : trans.__('Empty: the server’s own. Else the path of an interpreter')
        }
      >
        <input
          className="jp-mlws-input jp-mlws-mono"
          value={python}
          placeholder={trans.__('the server’s own')}
          list="jp-mlws-deploy-python"
          spellCheck={false}
          onChange={event => setPython(event.target.value)}
        />
      </Field>
      <datalist id="jp-mlws-deploy-python">{trained && <option value={trained} />}</datalist>
      <div className="jp-mlws-row jp-mlws-gap8 jp-mlws-same">
        <span className="jp-mlws-small jp-mlws-muted">{trans.__('The same from')}</span>
        <Segments
          label={trans.__('The same from')}
          current={updates || one.python ? 'shell' : way}
          onChange={setWay}
          tabs={[
            ...(updates || one.python ? [] : [{ id: 'notebook', label: trans.__('a notebook') }]),
            { id: 'shell', label: trans.__('a shell') }
          ]}
        />
      </div>
      <Snippet
        code={
          updates || one.python || way === 'shell' ? deployCommand(one, updates) : deployMagic(one)
        }
      />
      <div className="jp-mlws-small jp-mlws-muted jp-mlws-same">
        {trans.__('Reachable from this computer only.')}
      </div>
    </FormPanel>
  );
}

function lacks(name: string, instances: string, trans: ReturnType<typeof useTrans>): string | null {
  if (!NAME.test(name)) {
    return name
      ? trans.__('A name has letters, digits, dots and dashes')
      : trans.__('It needs a name');
  }
  const n = Number(instances);
  return Number.isInteger(n) && n >= 1 && n <= MOST_INSTANCES
    ? null
    : trans.__('Between 1 and %1 replicas', MOST_INSTANCES);
}

/** Targets that can serve. */
function useLocalTargets(model: VersionsModel): readonly TargetInfo[] {
  const [targets, setTargets] = React.useState<readonly TargetInfo[]>([]);
  React.useEffect(() => {
    listTargets(model.workspace.settings).then(
      page => setTargets(page.items.filter(one => one.kind === 'local')),
      () => undefined // the default target is known
    );
  }, [model]);
  return targets;
}
