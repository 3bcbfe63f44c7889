import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'
import { chromiumLaunch } from './e2e/support/chromium.ts'
import LongFirst from './supabase/tests/support/long-first.ts'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const resolve = { alias: { '@core': here('./supabase/functions/_shared/core'), '@': here('./src') } }

/** Every package, or part of one, that the code of the app imports, and what tools import into it. */
function importedPackages(): string[] {
  const found = new Set(['react', 'react-dom', 'react-dom/client', 'react/jsx-runtime', 'react/jsx-dev-runtime', 'vitest-browser-react'])
  for (const folder of ['./src', './supabase/functions/_shared/core']) {
    for (const file of readdirSync(here(folder), { recursive: true, encoding: 'utf8' })) {
      if (!/\.tsx?$/.test(file) || /(?<!\.view)\.test\.tsx?$|test-setup/.test(file)) continue
      for (const [, name = ''] of readFileSync(join(here(folder), file), 'utf8').matchAll(/(?:^(?:import|export) (?!type )[^'`;=]*from |^import |\bimport\()'([^']+)'/gm)) found.add(name)
    }
  }
  // Ours begin with a dot or an @ and a slash; styles are the bundler's.
  return [...found].filter((name) => !/^\.|^@\/|^@core\/|^vitest\/|\.css$/.test(name)).sort()
}

/** For states that nothing announces. Long, because a busy machine is slow and a state that never comes is rare. */
const poll = { timeout: 30_000, interval: 50 }
// Below what a test may take: a wait that fails says what it waited for, a test that is cut off does not.
const patience = { testTimeout: 60_000, hookTimeout: 60_000, expect: { poll } }
// Servers, browsers and sockets on a machine that does something else as well; what needed a further try is named at the end.
const servers = { testTimeout: 240_000, hookTimeout: 240_000, expect: { poll }, retry: 2 }

// Five kinds of tests, from the cheapest to the dearest, one after the other: two of them measure nothing, but both
// start servers and browsers, and on a small machine they would only slow each other down.
export default defineConfig({
  test: {
    teardownTimeout: 60_000,
    sequence: { sequencer: LongFirst },
    reporters: ['default', './supabase/tests/support/closing-line.ts'],
    projects: [
      {
        resolve,
        test: {
          name: 'unit',
          include: ['supabase/functions/**/*.test.ts', 'supabase/embedded/**/*.test.ts', 'bench/**/*.test.ts', '.ci/*.test.ts'],
          ...patience,
          sequence: { groupOrder: 0 },
        },
      },
      {
        resolve,
        test: {
          name: 'components',
          include: ['src/**/*.test.{ts,tsx}'],
          exclude: ['src/**/*.view.test.tsx'],
          environment: 'jsdom',
          setupFiles: ['./src/test-setup.ts'],
          ...patience,
          sequence: { groupOrder: 1 },
        },
      },
      // Components that only a real browser can show: what is in sight, where the focus goes, what a key does.
      async () => ({
        plugins: [react(), tailwindcss()],
        resolve: { ...resolve, dedupe: ['react', 'react-dom'] },
        cacheDir: here('./node_modules/.vite-views'),
        // A package that is found only while a test runs would be bundled anew and reload the page under it, with a second React:
        // all that src/ imports are named before the first test, and none is looked for afterwards.
        optimizeDeps: { noDiscovery: true, include: importedPackages() },
        test: {
          name: 'views',
          include: ['src/**/*.view.test.tsx'],
          setupFiles: ['./src/test-view-setup.ts'],
          // The client of the API is made as its module loads; whoever asks it something is told that nobody is there.
          env: { VITE_SUPABASE_URL: 'http://localhost:9', VITE_SUPABASE_PUBLISHABLE_KEY: 'nobody' },
          browser: {
            enabled: true,
            headless: true,
            provider: playwright({ launchOptions: await chromiumLaunch() }),
            instances: [{ browser: 'chromium' as const }],
            viewport: { width: 1280, height: 800 },
            screenshotFailures: false,
          },
          testTimeout: 20_000,
          hookTimeout: 60_000,
          expect: { poll: { timeout: 15_000, interval: 50 } },
          retry: 1,
          sequence: { groupOrder: 2 },
        },
      }),
      {
        resolve,
        test: {
          name: 'stack',
          include: ['supabase/tests/**/*.test.ts'],
          globalSetup: './supabase/tests/support/stack-setup.ts',
          ...servers,
          // One more than the cores of a small machine: much of it waits.
          maxWorkers: 3,
          sequence: { groupOrder: 3 },
        },
      },
      {
        resolve,
        test: {
          name: 'browser',
          include: ['e2e/**/*.test.ts'],
          globalSetup: './e2e/support/app-setup.ts',
          ...servers,
          maxWorkers: 2,
          sequence: { groupOrder: 4 },
        },
      },
    ],
  },
})
