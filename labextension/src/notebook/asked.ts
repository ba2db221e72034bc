/** Which notebook a kernel means. */

/**
 * Whether an absolute path of the kernel's is the notebook at `local`, a path below the server's
 * root: the root itself is not told to browsers.
 */
export function isAsked(local: string, asked: unknown): boolean {
  return typeof asked === 'string' && `/${asked.replace(/\\/g, '/')}`.endsWith(`/${local}`);
}
