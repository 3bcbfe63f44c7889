import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const resolve = { alias: { '@core': here('./supabase/functions/_shared/core'), '@': here('./src') } }

/** For states that nothing announces. Long, because a busy machine is slow and a state that never comes is rare. */
const poll = { timeout: 30_000, interval: 50 }
// Below what a test may take: a wait that fails says what it waited for, a test that is cut off does not.
const patience = { testTimeout: 60_000, hookTimeout: 60_000, expect: { poll } }
// Servers, browsers and sockets on a machine that does something else as well; what needed a further try is named at the end.
const servers = { testTimeout: 240_000, hookTimeout: 240_000, expect: { poll }, retry: 2 }

// Four kinds of tests, from the cheapest to the dearest, one after the other: two of them measure nothing, but both
// start servers and browsers, and on a small machine they would only slow each other down.
export default defineConfig({
  test: {
    teardownTimeout: 60_000,
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
          environment: 'jsdom',
          setupFiles: ['./src/test-setup.ts'],
          ...patience,
          sequence: { groupOrder: 1 },
        },
      },
      {
        resolve,
        test: {
          name: 'stack',
          include: ['supabase/tests/**/*.test.ts'],
          globalSetup: './supabase/tests/support/stack-setup.ts',
          ...servers,
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
        },
      },
      {
        resolve,
        test: {
          name: 'browser',
          include: ['e2e/**/*.test.ts'],
          globalSetup: './e2e/support/app-setup.ts',
          ...servers,
          fileParallelism: false,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
})
