/** A field that filters as one types. */
import { closeIcon, searchIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import { Icon, IconButton } from './button';
import { useTrans } from './trans';

export interface IFilterBoxProps {
  readonly value: string;
  readonly placeholder: string;
  readonly onChange: (value: string) => void;
  readonly onDown?: () => void;
  readonly fieldRef?: React.Ref<HTMLInputElement>;
}

/** Escape empties it; the arrow down leaves for the list. */
export function FilterBox({
  value,
  placeholder,
  onChange,
  onDown,
  fieldRef
}: IFilterBoxProps): JSX.Element {
  const trans = useTrans();
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.key === 'Escape' && value) {
      event.stopPropagation();
      onChange('');
    } else if (event.key === 'ArrowDown' && onDown) {
      event.preventDefault();
      onDown();
    }
  };
  return (
    <div className="jp-mlws-field jp-mlws-filter" role="search">
      <Icon icon={searchIcon} />
      <input
        ref={fieldRef}
        type="text"
        value={value}
        placeholder={placeholder}
        aria-label={placeholder}
        spellCheck={false}
        onChange={event => onChange(event.target.value)}
        onKeyDown={onKeyDown}
      />
      {value && (
        <IconButton
          label={trans.__('Clear filter')}
          icon={closeIcon}
          small
          onClick={() => onChange('')}
        />
      )}
    </div>
  );
}
