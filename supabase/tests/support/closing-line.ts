import type { Reporter, TestModule } from 'vitest/node'

/**
 * Ends the run with one line that a person and a machine can read: `N passed, N failed`.
 * A skipped test counts as failed, because nobody has seen it pass; so does a file that could not be run. One that says what this
 * machine lacks for it (`skip('go is not here')`) counts as neither, and is named above that line with what it lacks.
 * A test that passed only on a further try counts as passed, and is named above that line: it is to be mended.
 */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    let passed = 0
    let failed = unhandledErrors.length
    const flaky: string[] = []
    for (const module of modules) {
      let tests = 0
      for (const test of module.children.allTests()) {
        tests += 1
        const result = test.result()
        const { state } = result
        const name = `${module.relativeModuleId} > ${test.fullName}`
        const lacking = result.state === 'skipped' ? result.note : undefined
        if (state === 'passed') passed += 1
        else if (lacking === undefined) failed += 1
        if (state !== 'passed' && state !== 'failed') console.log(`Not run: ${name}${lacking === undefined ? '' : ` (${lacking})`}`)
        if (state === 'passed' && (test.diagnostic()?.retryCount ?? 0) > 0) flaky.push(name)
      }
      const brokeOutsideTests = module.errors().length > 0 || tests === 0
      if (brokeOutsideTests) failed += 1
    }
    if (failed > 0 || passed === 0) process.exitCode = 1
    if (flaky.length > 0) console.log(`flaky: passed on a further try: ${flaky.join('; ')}`)
    console.log(`${passed} passed, ${failed} failed`)
  }
}
