import { fileURLToPath } from 'node:url'
import { benchMatrix } from './matrix.ts'
import { benchTables } from './tables.ts'
import { benchTerminal } from './terminal.ts'

/** How smooth the long surfaces are, in a real browser. Wants a build and a machine that does nothing else. */
export async function benchFrames(): Promise<void> {
  await benchTerminal()
  await benchMatrix()
  await benchTables()
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await benchFrames()
  process.exit()
}
