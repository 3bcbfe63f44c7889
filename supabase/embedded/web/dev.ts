import { readFile } from 'node:fs/promises'
import type { Server } from 'node:http'
import { extname, join } from 'node:path'
import { projectDir } from '../lib/paths.ts'
import { developmentHeaders } from './headers.ts'
import { entryFor, fillAddresses, originOf } from './html.ts'
import type { WebHandler } from './static.ts'

/** The same pages from Vite's development server, with hot reload over the same port. */
export async function serveDev(server: Server, page: { publishableKey: string; appUrl: string } | undefined): Promise<{ handle: WebHandler; close(): Promise<void> }> {
  const { createServer } = await import('vite')
  const vite = await createServer({
    root: projectDir,
    appType: 'custom',
    // With the embedded backend the page learns the addresses when it is served, whatever a .env file says.
    envDir: page ? false : projectDir,
    // The files of a running instance change all the time and are nobody's source.
    server: { middlewareMode: true, hmr: { server }, watch: { ignored: ['**/.datasync/**', '**/dist/**'] } },
  })
  return {
    handle: async (request, response) => {
      const passed = await new Promise<unknown>((resolve) => {
        response.once('close', () => resolve('done'))
        vite.middlewares(request, response, (error: unknown) => resolve(error))
      })
      if (response.writableEnded || passed === 'done') return
      if (passed) throw passed instanceof Error ? passed : new Error('Vite could not answer', { cause: passed })
      const url = request.url ?? '/'
      const pathname = new URL(url, 'http://localhost').pathname
      if (extname(pathname) !== '' && !pathname.endsWith('.html')) {
        response.writeHead(404, { 'content-type': 'text/plain' }).end('Not found\n')
        return
      }
      const template = await readFile(join(projectDir, entryFor(pathname)), 'utf8')
      const html = await vite.transformIndexHtml(url, template)
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store', ...developmentHeaders })
      response.end(page ? fillAddresses(html, originOf(request, page.appUrl), page.publishableKey) : html)
    },
    close: () => vite.close(),
  }
}
