import process from 'node:process'
import { createInterface } from 'node:readline'

/** The other end of `startProgram`: runs in Node and in Deno alike, and ends when its input does. */
export function serveSteps(steps: Record<string, (argument: never) => unknown>, close: () => Promise<void> | void = () => undefined): void {
  const answer = (line: Record<string, unknown>) => process.stdout.write(`${JSON.stringify(line)}\n`)
  let previous: Promise<unknown> = Promise.resolve()
  const run = async (line: string): Promise<void> => {
    const { step, argument } = JSON.parse(line) as { step: string; argument: never }
    try {
      const work = steps[step]
      if (work === undefined) throw new Error(`there is no step "${step}"`)
      answer({ ok: (await work(argument)) ?? null })
    } catch (error) {
      answer({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
    }
  }
  const input = createInterface({ input: process.stdin })
  input.on('line', (line) => {
    previous = previous.then(() => run(line))
  })
  input.on('close', () => {
    void previous.then(close).finally(() => process.exit(0))
  })
}
