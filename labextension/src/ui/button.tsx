/** Buttons: with a word, or an icon alone that says its word in a tooltip. */
import type { LabIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

export interface IButtonProps {
  readonly label: string;
  readonly icon?: LabIcon;
  readonly kind?: 'plain' | 'primary' | 'quiet' | 'danger' | 'danger-fill';
  readonly title?: string;
  readonly disabled?: boolean;
  readonly autoFocus?: boolean;
  /** Sends the form that it stands in. */
  readonly submits?: boolean;
  readonly onClick: (event: React.MouseEvent<HTMLElement>) => void;
}

export function Button({
  label,
  icon,
  kind = 'plain',
  submits = false,
  ...rest
}: IButtonProps): JSX.Element {
  return (
    <button
      type={submits ? 'submit' : 'button'}
      className={`jp-mlws-btn jp-mlws-btn-${kind}`}
      aria-label={label}
      {...rest}
      title={rest.title ?? label}
    >
      {icon && <icon.react tag="span" className="jp-mlws-icon" />}
      <span className="jp-mlws-btn-word">{label}</span>
    </button>
  );
}

export interface IIconButtonProps {
  readonly label: string;
  readonly icon: LabIcon;
  readonly small?: boolean;
  readonly pressed?: boolean;
  readonly tabIndex?: number;
  readonly onClick: (event: React.MouseEvent<HTMLElement>) => void;
}

export function IconButton({
  label,
  icon,
  small = false,
  pressed,
  tabIndex,
  onClick
}: IIconButtonProps): JSX.Element {
  return (
    <button
      type="button"
      className={`jp-mlws-ib ${small ? 'jp-mlws-ib-small' : ''}`}
      aria-label={label}
      aria-pressed={pressed}
      title={label}
      tabIndex={tabIndex}
      onClick={onClick}
    >
      <icon.react tag="span" className="jp-mlws-icon" />
    </button>
  );
}

export function Icon({ icon }: { readonly icon: LabIcon }): JSX.Element {
  return <icon.react tag="span" className="jp-mlws-icon" />;
}

/** A thing that leads somewhere within JupyterLab. */
export function Link({
  children,
  title,
  onClick
}: {
  readonly children: React.ReactNode;
  readonly title?: string;
  readonly onClick: () => void;
}): JSX.Element {
  return (
    <button type="button" className="jp-mlws-link" title={title} onClick={onClick}>
      {children}
    </button>
  );
}
