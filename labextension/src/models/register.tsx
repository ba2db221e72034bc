/** Register what a run left as the next version of a model. */
import * as React from 'react';

import { listModels, registerVersion } from '../api/models';
import type { FileEntry, ModelVersion, Run, Tags } from '../api/records';
import type { Settings } from '../api/request';
import { getRun, listFiles, listRuns } from '../api/runs';
import { Snippet } from '../ui/copy';
import { Field, FormPanel, otherThan, problemOf } from '../ui/form';
import { TagChips } from '../ui/edit';
import { bytes } from '../ui/format';
import { modelIcon } from '../ui/icons';
import { useTrans } from '../ui/trans';
import { foldersOf, likelyFramework, likelyPath, registerMagic } from './words';

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;
const SAID_BESIDE = ['name', 'run', 'path', 'framework'];
const FRAMEWORKS = ['scikit-learn', 'pytorch', 'tensorflow', 'onnx', 'xgboost', 'lightgbm'];
const RUNS = 50;

export interface IRegisterFormProps {
  readonly settings: Settings;
  /** The model's name, where it is known already. */
  readonly name?: string;
  /** The run's id, where it is known already; else one is chosen. */
  readonly run?: string;
  readonly path?: string;
  readonly onDone: (version: ModelVersion) => void;
  readonly onClose: () => void;
}

export function RegisterForm(props: IRegisterFormProps): JSX.Element {
  const { settings, onDone, onClose } = props;
  const trans = useTrans();
  const [name, setName] = React.useState(props.name ?? '');
  const [id, setId] = React.useState(props.run ?? '');
  const [path, setPath] = React.useState(props.path ?? '');
  const [framework, setFramework] = React.useState<string | null>(null);
  const [description, setDescription] = React.useState('');
  const [tags, setTags] = React.useState<Tags>({});
  const [error, setError] = React.useState<unknown>(null);
  const [busy, setBusy] = React.useState(false);
  const known = useModelNames(settings);
  const runs = useRuns(settings, props.run, setId, setError);
  const files = useOutputs(settings, id, props.path, setPath, setError);
  const run = runs?.find(one => one.id === id);
  const made = framework ?? likelyFramework(path);
  const label = run ? `${run.experiment}-${run.number}` : id;
  const next = known?.get(name);
  const send = async () => {
    setBusy(true);
    setError(null);
    try {
      const body = { run: id, path, framework: made || undefined, tags };
      const said = description.trim() ? { ...body, description: description.trim() } : body;
      onDone(await registerVersion(settings, name, said));
    } catch (reason) {
      setError(reason);
      setBusy(false);
    }
  };
  return (
    <FormPanel
      title={trans.__('Register a model')}
      verb={trans.__('Register')}
      icon={modelIcon}
      busy={busy ? trans.__('Registering…') : null}
      lacks={lacks(name, id, path, trans)}
      error={otherThan(error, SAID_BESIDE)}
      onSend={() => void send()}
      onClose={onClose}
    >
      <Field
        label={trans.__('Name')}
        problem={problemOf(error, 'name')}
        hint={
          next
            ? trans.__('%1 is there: this becomes its next version.', name)
            : trans.__('A new model, version 1.')
        }
      >
        <input
          className="jp-mlws-input"
          value={name}
          autoFocus={!props.name}
          list="jp-mlws-register-names"
          spellCheck={false}
          onChange={event => setName(event.target.value)}
        />
      </Field>
      <datalist id="jp-mlws-register-names">
        {[...(known?.keys() ?? [])].map(one => (
          <option key={one} value={one} />
        ))}
      </datalist>
      <RunField runs={runs} id={id} fixed={!!props.run} error={error} onChange={setId} />
      <PathField files={files} path={path} error={error} onChange={setPath} />
      <Field
        label={trans.__('Framework')}
        problem={problemOf(error, 'framework')}
        hint={trans.__('Says how it is loaded when it is served without an entry script.')}
      >
        <input
          className="jp-mlws-input"
          value={made}
          list="jp-mlws-register-frameworks"
          placeholder={trans.__('not said')}
          spellCheck={false}
          onChange={event => setFramework(event.target.value)}
        />
      </Field>
      <datalist id="jp-mlws-register-frameworks">
        {FRAMEWORKS.map(one => (
          <option key={one} value={one} />
        ))}
      </datalist>
      <Field label={trans.__('Description')}>
        <textarea
          className="jp-mlws-input"
          value={description}
          placeholder={trans.__('What it is for, what it was not tested on')}
          onChange={event => setDescription(event.target.value)}
        />
      </Field>
      <div className="jp-mlws-form-row">
        <div className="jp-mlws-form-label">{trans.__('Tags')}</div>
        <TagChips
          tags={tags}
          onAdd={(tag, text) => setTags({ ...tags, [tag]: text })}
          onRemove={tag =>
            setTags(Object.fromEntries(Object.entries(tags).filter(([one]) => one !== tag)))
          }
        />
      </div>
      <div className="jp-mlws-small jp-mlws-muted">{trans.__('The same in a notebook')}</div>
      <Snippet
        code={registerMagic({
          name,
          run: label || 'RUN',
          path,
          framework: made,
          description,
          tags
        })}
      />
    </FormPanel>
  );
}

function RunField({
  runs,
  id,
  fixed,
  error,
  onChange
}: {
  readonly runs: readonly Run[] | null;
  readonly id: string;
  readonly fixed: boolean;
  readonly error: unknown;
  readonly onChange: (id: string) => void;
}): JSX.Element {
  const trans = useTrans();
  return (
    <Field
      label={trans.__('Run')}
      problem={problemOf(error, 'run')}
      hint={runs?.length === 0 ? trans.__('No run has completed yet.') : undefined}
    >
      <select
        className="jp-mlws-input"
        value={id}
        disabled={fixed}
        onChange={event => onChange(event.target.value)}
      >
        {(runs ?? []).map(run => (
          <option key={run.id} value={run.id}>
            {`${run.experiment}-${run.number}${run.name ? `  ${run.name}` : ''}`}
          </option>
        ))}
      </select>
    </Field>
  );
}

function PathField({
  files,
  path,
  error,
  onChange
}: {
  readonly files: readonly FileEntry[] | null;
  readonly path: string;
  readonly error: unknown;
  readonly onChange: (path: string) => void;
}): JSX.Element {
  const trans = useTrans();
  const size = files?.find(file => file.path === path)?.size_bytes;
  const none = files?.length === 0;
  return (
    <Field
      label={trans.__('File or folder')}
      problem={problemOf(error, 'path')}
      hint={
        none
          ? trans.__('The run left no outputs. Files in ./outputs are kept when a run ends.')
          : size !== undefined &&
            trans.__('%1. Nothing is copied: the store holds it.', bytes(size))
      }
    >
      <select
        className="jp-mlws-input jp-mlws-mono"
        value={path}
        onChange={event => onChange(event.target.value)}
      >
        {!files?.some(file => file.path === path) && path && <option>{path}</option>}
        {foldersOf(files ?? []).map(folder => (
          <option key={folder} value={folder}>{`${folder}/`}</option>
        ))}
        {(files ?? []).map(file => (
          <option key={file.path}>{file.path}</option>
        ))}
      </select>
    </Field>
  );
}

function lacks(
  name: string,
  run: string,
  path: string,
  trans: ReturnType<typeof useTrans>
): string | null {
  if (!NAME.test(name)) {
    return name
      ? trans.__('A name has letters, digits, dots and dashes')
      : trans.__('It needs a name');
  }
  return !run || !path ? trans.__('It needs a file of a run') : null;
}

function useModelNames(settings: Settings): ReadonlyMap<string, number> | null {
  const [names, setNames] = React.useState<ReadonlyMap<string, number> | null>(null);
  React.useEffect(() => {
    listModels(settings).then(
      page => setNames(new Map(page.items.map(one => [one.name, one.n_versions]))),
      () => undefined // only suggestions are missed
    );
  }, [settings]);
  return names;
}

/** The run that was given, else the newest that completed. */
function useRuns(
  settings: Settings,
  given: string | undefined,
  onFirst: (id: string) => void,
  onError: (error: unknown) => void
): readonly Run[] | null {
  const [runs, setRuns] = React.useState<readonly Run[] | null>(null);
  React.useEffect(() => {
    const read: Promise<readonly Run[]> = given
      ? getRun(settings, given).then(run => [run])
      : listRuns(settings, { state: ['Completed'], limit: RUNS }).then(page =>
          page.items.filter(run => run.kind !== 'service')
        );
    read.then(found => {
      setRuns(found);
      if (found.length) {
        onFirst(found[0].id);
      }
    }, onError);
  }, [settings, given, onFirst, onError]);
  return runs;
}

/** The outputs of a run; the likeliest is chosen unless one was given. */
function useOutputs(
  settings: Settings,
  run: string,
  given: string | undefined,
  onLikely: (path: string) => void,
  onError: (error: unknown) => void
): readonly FileEntry[] | null {
  const [files, setFiles] = React.useState<readonly FileEntry[] | null>(null);
  React.useEffect(() => {
    if (!run) {
      return;
    }
    let late = false;
    listFiles(settings, run).then(page => {
      if (late) {
        return;
      }
      setFiles(page.items);
      onLikely(given ?? likelyPath(page.items));
    }, onError);
    return () => {
      late = true;
    };
  }, [settings, run, given, onLikely, onError]);
  return files;
}
