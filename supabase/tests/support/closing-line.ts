import type { Reporter, TestModule } from 'vitest/node'

/**
 * Ends the run with one line that a person and a machine can read: `N passed, N failed`.
 * A skipped test counts as failed, because nobody has seen it pass; so does a file that could not be run.
 */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    let passed = 0
    let failed = unhandledErrors.length
    for (const module of modules) {
      let tests = 0
      for (const test of module.children.allTests()) {
        tests += 1
        const { state } = test.result()
        if (state === 'passed') passed += 1
        else failed += 1
        if (state !== 'passed' && state !== 'failed') console.log(`Not run: ${module.relativeModuleId} > ${test.fullName}`)
      }
      const brokeOutsideTests = module.errors().length > 0 || tests === 0
      if (brokeOutsideTests) failed += 1
    }
    if (failed > 0 || passed === 0) process.exitCode = 1
    console.log(`${passed} passed, ${failed} failed`)
  }
}
