/** What every part of a run's page is given: the run, the time, and the ways out. */
import type { RunDetail } from '../../api/records';
import type { RunPageModel } from './model';

/** Ways out of the page. Those that no part of the program offers are null. */
export interface IRunLinks {
  readonly openRun: (id: string) => void;
  readonly openTarget: ((name: string) => void) | null;
  readonly openModel: ((label: string) => void) | null;
  readonly openNotebook: ((path: string) => void) | null;
  readonly register: ((run: string, path?: string) => void) | null;
}

export interface ITabProps {
  readonly model: RunPageModel;
  readonly run: RunDetail;
  readonly now: number;
  readonly links: IRunLinks;
}
