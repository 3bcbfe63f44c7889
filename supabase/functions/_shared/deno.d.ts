/**
 * The few globals of the Edge runtime that the `index.ts` files touch. The whole of Deno's types would replace the
 * browser's and Node's in a program that is checked together with them.
 */
declare namespace Deno {
  function serve(handler: (request: Request) => Response | Promise<Response>): unknown
  const env: { get(name: string): string | undefined }
}

/**
 * Supabase's addition to Deno: keeps the worker alive, after its answer, until the promise settles. Plain Deno lacks it,
 * so ask with `typeof` first.
 */
declare const EdgeRuntime: { waitUntil(work: Promise<unknown>): void }
