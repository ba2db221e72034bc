// The house's rules: Jupyter's own, no any, no floating promise, one place that fetches, and walls.
import jupyter from '@jupyter/eslint-plugin';
import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import hooks from 'eslint-plugin-react-hooks';
import ts from 'typescript-eslint';

const NOUNS = ['runs', 'models', 'endpoints', 'targets'];

/** A noun may not import another: it executes a command by its id. */
const walls = NOUNS.map(noun => ({
  files: [`src/${noun}/**/*.{ts,tsx}`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            regex: `(^|/)\\.\\./(${NOUNS.filter(one => one !== noun).join('|')}|card)/`,
            message: 'A noun does not import another: execute its command.'
          }
        ]
      }
    ]
  }
}));

export default ts.config(
  { ignores: ['lib', 'node_modules', 'src/api/types.ts', '*.config.*'] },
  js.configs.recommended,
  ...ts.configs.recommended,
  ...jupyter.configs.recommended,
  {
    files: ['src/**/*.{ts,tsx}'],
    languageOptions: { parserOptions: { project: './tsconfig.test.json' } },
    plugins: { 'react-hooks': hooks },
    rules: {
      ...hooks.configs.recommended.rules,
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
      '@typescript-eslint/no-namespace': 'off',
      '@typescript-eslint/no-redeclare': 'off',
      '@typescript-eslint/consistent-type-imports': 'error',
      // The bundle is small; what is heavy, the run page with its charts, is imported when opened.
      'jupyter/prefer-lazy-imports': 'off',
      'no-console': ['error', { allow: ['warn', 'error'] }],
      curly: ['error', 'all'],
      eqeqeq: 'error',
      'max-lines': ['error', 400],
      'no-restricted-globals': [
        'error',
        { name: 'fetch', message: 'Only api/request.ts asks the server.' },
        { name: 'XMLHttpRequest', message: 'Only api/request.ts asks the server.' }
      ]
    }
  },
  ...walls,
  {
    files: ['src/ui/**/*.{ts,tsx}'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: `(^|/)\\.\\./(${NOUNS.join('|')}|card|workspace)/`,
              message: 'What is in ui/ knows no noun.'
            }
          ]
        }
      ]
    }
  },
  prettier
);
