import { fileURLToPath } from 'node:url'
import js from '@eslint/js'
import boundaries from 'eslint-plugin-boundaries'
import jsxA11y from 'eslint-plugin-jsx-a11y'
import reactHooks from 'eslint-plugin-react-hooks'
import { defineConfig, globalIgnores } from 'eslint/config'
import globals from 'globals'
import tseslint from 'typescript-eslint'

const root = fileURLToPath(new URL('.', import.meta.url))

/** The rooms of ARCHITECTURE, section 2. The first that matches a file is its room. */
const elements = [
  { type: 'lib', pattern: 'src/lib' },
  { type: 'ui', pattern: 'src/ui' },
  { type: 'feature', pattern: 'src/features/*', capture: ['name'] },
  { type: 'app', pattern: 'src/app' },
  { type: 'app', pattern: 'src/*.{ts,tsx}', partialMatch: false },
  { type: 'core', pattern: 'supabase/functions/_shared/core' },
  { type: 'shared', pattern: 'supabase/functions/_shared' },
  { type: 'function', pattern: 'supabase/functions/*', capture: ['name'] },
  { type: 'embedded', pattern: 'supabase/embedded' },
]

/** Of lib/, ui/ knows only how figures are written; of the functions, the embedded backend knows only how secrets are sealed. */
const files = [
  { category: 'format', pattern: 'src/lib/format.ts' },
  { category: 'encryption', pattern: 'supabase/functions/_shared/encryption.ts' },
]

const room = (...types) => ({ element: { types: { anyOf: types } } })
const arrow = (from, ...to) => ({ from: room(from), allow: { to: room(...to) } })
const withinItself = (type) => ({
  from: room(type),
  allow: { to: { element: { type, captured: { name: '{{ from.element.captured.name }}' } } } },
})

/** Who may call whom; everything else between rooms is refused. Tests, benchmarks and configs are in no room and may reach all. */
const arrows = [
  arrow('app', 'app', 'feature', 'ui', 'lib', 'core'),
  arrow('feature', 'ui', 'lib', 'core'),
  withinItself('feature'),
  arrow('ui', 'ui', 'core'),
  { from: room('ui'), allow: { to: { file: { categories: 'format' } } } },
  arrow('lib', 'lib', 'core'),
  arrow('function', 'shared', 'core'),
  withinItself('function'),
  arrow('shared', 'shared', 'core'),
  arrow('core', 'core'),
  arrow('embedded', 'embedded'),
  { from: room('embedded'), allow: { to: { file: { categories: 'encryption' } } } },
]

export default defineConfig(
  globalIgnores(['dist/', '.datasync/', 'coverage/', 'src/lib/database.types.ts']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: root } },
    rules: {
      // Numbers read well in templates; everything else must be turned into text on purpose.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // `return resolve()` and `() => setOpen(true)` hide nothing here: promises are held by no-floating-promises.
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrorsIgnorePattern: '^_' }],
      '@typescript-eslint/only-throw-error': ['error', { allowThrowingUnknown: true, allow: ['PostgrestError'] }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // A handler of a library may be async without a word to wait on.
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    // Named exports only: a thing has one name everywhere. Tools ask for a default in their own configs, and Deno in a function.
    files: ['src/**/*.{ts,tsx}', 'supabase/**/*.ts', 'e2e/**/*.ts', 'bench/**/*.ts'],
    ignores: ['supabase/functions/*/index.ts', 'supabase/tests/support/*.ts', 'e2e/support/*.ts'],
    rules: {
      'no-restricted-syntax': ['error', { selector: 'ExportDefaultDeclaration', message: 'Export it by its name.' }],
    },
  },
  {
    files: ['src/**/*.{ts,tsx}', 'supabase/functions/**/*.ts', 'supabase/embedded/**/*.ts'],
    plugins: { boundaries },
    settings: {
      'boundaries/elements': elements,
      'boundaries/files': files,
      'boundaries/root-path': root,
      'import/resolver': { typescript: { project: `${root}tsconfig.json` } },
    },
    rules: {
      'boundaries/dependencies': ['error', { default: 'disallow', policies: arrows }],
    },
  },
  {
    files: ['src/**/*.{ts,tsx}'],
    extends: [jsxA11y.flatConfigs.strict, reactHooks.configs.flat['recommended-latest']],
    languageOptions: { globals: globals.browser },
    settings: { 'jsx-a11y': { components: { Button: 'button', IconButton: 'button', Input: 'input', Textarea: 'textarea' } } },
    rules: {
      // A label is tied to its control by htmlFor (ui/field.tsx); nesting as well would be one too many.
      'jsx-a11y/label-has-associated-control': ['error', { assert: 'either' }],
    },
  },
  {
    files: ['**/*.{js,mjs}'],
    languageOptions: { globals: globals.node },
  },
  {
    files: ['**/*.test.{ts,tsx}', 'supabase/tests/**/*.ts', 'e2e/**/*.ts'],
    rules: {
      // In a test the crash that an assertion hides is the failure one wants to see.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
    },
  },
)
