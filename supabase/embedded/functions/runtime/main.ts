/**
 * The first module of every function's process: what the hosted Edge runtime gives a function and plain Deno does not,
 * then the function itself. Talks with the process that started it over stdin and stdout (see ../worker.ts).
 */
type Handler = (request: Request) => Response | Promise<Response>

declare const Deno: {
  args: string[]
  serve: (...parameters: unknown[]) => { addr: { port: number } }
  stdin: { readable: ReadableStream<Uint8Array> }
  stdout: { writeSync(data: Uint8Array): number }
  exit(code: number): never
}

const [entry = '', readyMark = ''] = Deno.args
const background = new Set<Promise<unknown>>()

Object.assign(globalThis, {
  EdgeRuntime: {
    /** Work that goes on after the answer. It keeps the process from being retired until it settles. */
    waitUntil(work: Promise<unknown>): void {
      const kept = Promise.resolve(work).catch((error: unknown) => console.error('EdgeRuntime.waitUntil:', error))
      background.add(kept)
      void kept.then(() => background.delete(kept))
    },
  },
})

// The port is the system's choice, and known only once the function serves.
const serve = Deno.serve
Object.defineProperty(Deno, 'serve', {
  value: (...parameters: unknown[]) => {
    const server = serve(...parameters)
    Deno.stdout.writeSync(new TextEncoder().encode(`\n${readyMark}${server.addr.port}\n`))
    return server
  },
})

// An error that nobody handled ends a plain Deno process, and with it the requests beside it; the hosted runtime logs it.
globalThis.addEventListener('unhandledrejection', (event) => {
  event.preventDefault()
  console.error('Unhandled rejection:', event.reason)
})

/** A line asks to finish the background work and go; the end of the stream means that the parent is gone. */
async function obey(): Promise<never> {
  const reader = Deno.stdin.readable.getReader()
  const { done } = await reader.read()
  if (!done) {
    while (background.size > 0) await Promise.race([Promise.allSettled(background), reader.closed])
  }
  Deno.exit(0)
}
void obey()

try {
  const loaded = (await import(entry)) as { default?: { fetch?: Handler } }
  // The newer form of a function is `export default { fetch }`; the older one has called Deno.serve by now.
  if (loaded.default?.fetch) Deno.serve(loaded.default.fetch)
} catch (error) {
  console.error(error)
  Deno.exit(1)
}

export {}
