/** Put another model, or other numbers, behind an endpoint: its next revision. */
import * as React from 'react';

import { listModels, listVersions } from '../api/models';
import type { Endpoint, ModelVersion } from '../api/records';
import { Snippet } from '../ui/copy';
import { Field, FormPanel, otherThan, problemOf } from '../ui/form';
import { figure } from '../ui/format';
import { modelIcon } from '../ui/icons';
import { useTrans } from '../ui/trans';
import { useLoaded } from '../ui/useLoaded';
import type { EndpointModel } from './model';
import { updateCommand } from './words';

const MOST_INSTANCES = 64;
const SAID_BESIDE = ['model', 'instances'];

export interface IUpdateProps {
  readonly model: EndpointModel;
  readonly endpoint: Endpoint;
  readonly onClose: () => void;
}

export function UpdateForm({ model, endpoint, onClose }: IUpdateProps): JSX.Element {
  const trans = useTrans();
  const { settings } = model.workspace;
  const serves = endpoint.models[0] ?? '';
  const [chosen, setChosen] = React.useState(serves);
  const [instances, setInstances] = React.useState(String(endpoint.instances));
  const [error, setError] = React.useState<unknown>(null);
  const [busy, setBusy] = React.useState(false);
  const name = chosen.split(':')[0];
  const models = useLoaded(async () => (await listModels(settings)).items, []);
  const versions = useLoaded<readonly ModelVersion[]>(
    async () => (name ? (await listVersions(settings, name)).items : []),
    [name]
  );
  const alive = (versions.value ?? []).filter(one => one.name === name && !one.deleted_at);
  const n = Number(instances);
  const body = {
    model: chosen === serves ? undefined : chosen,
    instances: n === endpoint.instances ? undefined : n
  };
  const send = async () => {
    setBusy(true);
    setError(null);
    try {
      await model.patch(body);
      onClose();
    } catch (reason) {
      setError(reason);
      setBusy(false);
    }
  };
  return (
    <FormPanel
      title={trans.__('Update %1', model.name)}
      verb={trans.__('Update')}
      icon={modelIcon}
      busy={busy ? trans.__('Starting…') : null}
      lacks={
        !Number.isInteger(n) || n < 1 || n > MOST_INSTANCES
          ? trans.__('Between 1 and %1 replicas', MOST_INSTANCES)
          : !body.model && !body.instances
            ? trans.__('Nothing differs yet')
            : null
      }
      error={otherThan(error, SAID_BESIDE)}
      onSend={() => void send()}
      onClose={onClose}
    >
      <Field label={trans.__('Model')}>
        <select
          className="jp-mlws-input"
          value={name}
          onChange={event => {
            const found = models.value?.find(one => one.name === event.target.value);
            setChosen(`${event.target.value}:${found?.latest?.version ?? 1}`);
          }}
        >
          {!models.value?.some(one => one.name === name) && <option>{name}</option>}
          {models.value?.map(one => (
            <option key={one.name}>{one.name}</option>
          ))}
        </select>
      </Field>
      <Field
        label={trans.__('Version')}
        problem={problemOf(error, 'model')}
        hint={trans.__('%1 answers until the next revision is ready.', serves)}
      >
        <select
          className="jp-mlws-input"
          value={chosen}
          autoFocus
          onChange={event => setChosen(event.target.value)}
        >
          {!alive.some(one => `${one.name}:${one.version}` === chosen) && <option>{chosen}</option>}
          {alive.map(one => (
            <option key={one.version} value={`${one.name}:${one.version}`}>
              {labelOf(one, serves, trans)}
            </option>
          ))}
        </select>
      </Field>
      <Field
        label={trans.__('Replicas')}
        problem={problemOf(error, 'instances')}
        hint={trans.__('Processes that answer at the same time.')}
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
      <div className="jp-mlws-small jp-mlws-muted">{trans.__('The same in a shell')}</div>
      <Snippet code={updateCommand(model.name, body)} />
      <div className="jp-mlws-small jp-mlws-muted jp-mlws-same">
        {trans.__(
          'Address and keys stay. No request is lost; a revision that fails changes nothing.'
        )}
      </div>
    </FormPanel>
  );
}

/** Its number, and its first figure, by which versions are told apart. */
function labelOf(one: ModelVersion, serves: string, trans: ReturnType<typeof useTrans>): string {
  const label = `${one.name}:${one.version}`;
  const [metric, value] = Object.entries(one.metrics)[0] ?? [];
  const parts = [label, metric && `${metric} ${figure(value)}`];
  const said = parts.filter(Boolean).join('   ');
  return label === serves ? trans.__('%1 (serves now)', said) : said;
}
