/** Words that are changed where they stand: what was written about a thing, and its tags. */
import { addIcon, closeIcon, editIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { Tags } from '../api/records';
import { sentence } from '../api/request';
import { Button, IconButton } from './button';
import { Part } from './facts';
import { Notice } from './notice';
import { useTrans } from './trans';

export interface IProseProps {
  readonly title: string;
  /** What is worth writing, where nothing is written yet. */
  readonly hint: string;
  readonly text: string | null;
  readonly onSave: (text: string) => Promise<unknown>;
}

/** Enter with Ctrl saves, Escape leaves it as it was. */
export function Prose({ title, hint, text, onSave }: IProseProps): JSX.Element {
  const trans = useTrans();
  const [typed, setTyped] = React.useState<string | null>(null);
  const [error, setError] = React.useState<unknown>(null);
  const save = async () => {
    try {
      await onSave(typed?.trim() ?? '');
      setTyped(null);
      setError(null);
    } catch (reason) {
      setError(reason);
    }
  };
  const head = (
    <>
      {title}
      <IconButton
        label={trans.__('Edit')}
        icon={editIcon}
        small
        onClick={() => setTyped(text ?? '')}
      />
    </>
  );
  return (
    <Part title={head}>
      {typed === null ? (
        <div className="jp-mlws-prose">{text || <span className="jp-mlws-muted">{hint}</span>}</div>
      ) : (
        <>
          <textarea
            className="jp-mlws-input"
            value={typed}
            autoFocus
            rows={5}
            aria-label={title}
            onChange={event => setTyped(event.target.value)}
            onKeyDown={event => {
              if (event.key === 'Escape') {
                setTyped(null);
              } else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
                void save();
              }
            }}
          />
          <div className="jp-mlws-actions">
            <Button label={trans.__('Save')} kind="primary" onClick={() => void save()} />
            <Button label={trans.__('Keep as it was')} onClick={() => setTyped(null)} />
          </div>
        </>
      )}
      {error !== null && <Notice tone="bad" glyph="Failed" title={sentence(error)} />}
    </Part>
  );
}

/** Chips that can be taken off, and a field for one more. */
export function TagsPart({
  tags,
  onChange
}: {
  readonly tags: Tags;
  /** With null for a tag that goes. */
  readonly onChange: (tags: Readonly<Record<string, string | null>>) => Promise<unknown>;
}): JSX.Element {
  const trans = useTrans();
  const [error, setError] = React.useState<unknown>(null);
  const change = (changed: Readonly<Record<string, string | null>>) =>
    void onChange(changed).then(() => setError(null), setError);
  return (
    <Part title={trans.__('Tags')}>
      <TagChips
        tags={tags}
        onAdd={(name, text) => change({ [name]: text })}
        onRemove={name => change({ [name]: null })}
      />
      {error !== null && <Notice tone="bad" glyph="Failed" title={sentence(error)} />}
    </Part>
  );
}

export function TagChips({
  tags,
  onAdd,
  onRemove
}: {
  readonly tags: Tags;
  readonly onAdd: (name: string, text: string) => void;
  readonly onRemove: (name: string) => void;
}): JSX.Element {
  const trans = useTrans();
  const [typed, setTyped] = React.useState<string | null>(null);
  const done = () => {
    const [name, ...text] = (typed ?? '').split('=');
    if (name.trim()) {
      onAdd(name.trim(), text.join('=').trim());
    }
    setTyped(null);
  };
  return (
    <div className="jp-mlws-tags">
      {Object.entries(tags).map(([name, text]) => (
        <span key={name} className="jp-mlws-chip jp-mlws-tag">
          <span className="jp-mlws-chip-label">{name}</span>
          <span className="jp-mlws-cut">{text}</span>
          <IconButton
            label={trans.__('Remove the tag %1', name)}
            icon={closeIcon}
            small
            onClick={() => onRemove(name)}
          />
        </span>
      ))}
      {typed === null ? (
        <button type="button" className="jp-mlws-chip jp-mlws-add" onClick={() => setTyped('')}>
          <addIcon.react tag="span" className="jp-mlws-icon" />
          {trans.__('tag')}
        </button>
      ) : (
        <input
          className="jp-mlws-input jp-mlws-tag-field"
          value={typed}
          autoFocus
          placeholder={trans.__('name=value')}
          aria-label={trans.__('A tag, as name=value')}
          onChange={event => setTyped(event.target.value)}
          onBlur={done}
          onKeyDown={event => {
            if (event.key === 'Enter') {
              event.preventDefault();
              done();
            } else if (event.key === 'Escape') {
              event.stopPropagation();
              setTyped(null);
            }
          }}
        />
      )}
    </div>
  );
}
