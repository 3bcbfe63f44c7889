import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** What mostly waits (for leases, for silence, for a machine that restores), or reads every page: minutes each, whatever their size. */
const long = /\/supabase\/tests\/(faults|backup|trust)\/|\/e2e\/pages\.test\.ts$/

/**
 * Begins with what takes long, so that nothing is left to wait for when the rest is done. Vitest does so by itself from its second
 * run on; its first one, which is every run of a clean checkout, goes by the size of files.
 */
export default class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const isLong = ({ moduleId }: TestSpecification) => long.test(moduleId)
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))]
  }
}
