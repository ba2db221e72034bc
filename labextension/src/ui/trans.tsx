/** The words of the reader's language, for whatever is drawn below. */
import { nullTranslator, type TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

export const DOMAIN = 'jupyter_mlws';

export const TransContext = React.createContext<TranslationBundle>(nullTranslator.load(DOMAIN));

export function useTrans(): TranslationBundle {
  return React.useContext(TransContext);
}
