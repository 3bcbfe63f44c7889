import type { IncomingMessage, ServerResponse } from 'node:http'
import { messageOf } from '../lib/failure.ts'
import { terminal } from '../lib/log.ts'
import { listen } from '../listener.ts'
import { ensureBuild } from '../web/build.ts'
import { serveDev } from '../web/dev.ts'
import { serveStatic, type WebHandler } from '../web/static.ts'

/** Serves the app without a backend of its own: it was built for the Supabase project that the environment names. */
export async function serveAppAlone(options: { app: 'dist' | 'dev'; port: number; host: string | undefined; supabaseUrl: string; viteEnv: Record<string, string> }): Promise<{ url: string; close(): Promise<void> }> {
  let handle: WebHandler | undefined
  const listener = await listen(options.port, options.host, {
    request: (request: IncomingMessage, response: ServerResponse) => {
      if (!handle) {
        response.writeHead(503, { 'retry-after': '1' }).end('Starting\n')
        return
      }
      handle(request, response).catch((error: unknown) => {
        terminal.error(`${request.url}: ${messageOf(error)}`)
        response.destroy()
      })
    },
    upgrade: (request, socket) => {
      if (!request.headers['sec-websocket-protocol']?.startsWith('vite-')) socket.destroy()
    },
  })
  try {
    const dev = options.app === 'dev' ? await serveDev(listener.server, undefined) : undefined
    handle = dev?.handle ?? serveStatic(await ensureBuild(options.viteEnv, terminal), { supabaseUrl: options.supabaseUrl })
    return {
      url: `http://localhost:${listener.port}`,
      close: async () => {
        await dev?.close()
        await listener.close()
      },
    }
  } catch (error) {
    await listener.close()
    throw error
  }
}
