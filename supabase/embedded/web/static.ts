import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { extname, join, normalize, sep } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { commonHeaders, inlineScriptHashes, pageHeaders } from './headers.ts'
import { entryFor, fillAddresses, isHttps, originOf } from './html.ts'

export type WebHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>

const types: Record<string, string> = {
  '.css': 'text/css; charset=utf-8', '.html': 'text/html; charset=utf-8', '.ico': 'image/x-icon', '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8', '.json': 'application/json; charset=utf-8', '.map': 'application/json; charset=utf-8',
  '.png': 'image/png', '.svg': 'image/svg+xml', '.txt': 'text/plain; charset=utf-8', '.webmanifest': 'application/manifest+json',
  '.webp': 'image/webp', '.woff2': 'font/woff2', '.xml': 'application/xml; charset=utf-8',
}
const compressible = new Set(['.css', '.html', '.js', '.json', '.map', '.svg', '.txt', '.webmanifest', '.xml'])
const compressors = { br: promisify(brotliCompress), gzip: promisify(gzip) }

interface Served {
  version: string
  body: Buffer
  etag: string
  /** Of a page, the scripts that it was built with. */
  inlineScripts: string[] | undefined
  encoded: Partial<Record<'br' | 'gzip', Promise<Buffer>>>
}

/** The embedded backend, whose address the page is told, the Supabase project for which the app was built, or none. */
export type Backend = { publishableKey: string; appUrl: string } | { supabaseUrl: string } | undefined

/** Serves the production build: hashed files for ever, pages fresh every time, both compressed once and kept in memory. */
export function serveStatic(dist: string, backend: Backend): WebHandler {
  const page = backend && 'appUrl' in backend ? backend : undefined
  const supabaseUrl = backend && 'supabaseUrl' in backend ? backend.supabaseUrl : undefined
  const cache = new Map<string, Served>()

  const load = async (file: string, fill?: { key: string; apply: (text: string) => string }): Promise<Served | undefined> => {
    const found = await stat(file).catch(() => undefined)
    if (!found?.isFile()) return undefined
    const key = `${file}\n${fill?.key ?? ''}`
    const version = `${found.mtimeMs} ${found.size}`
    const known = cache.get(key)
    if (known?.version === version) return known
    const source = await readFile(file)
    const body = fill ? Buffer.from(fill.apply(source.toString('utf8'))) : source
    const inlineScripts = file.endsWith('.html') ? inlineScriptHashes(body.toString('utf8')) : undefined
    const served: Served = { version, body, etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`, inlineScripts, encoded: {} }
    // Pages are kept per origin, and an origin is what a client says: a client that keeps inventing them must not fill the memory.
    if (cache.size > 500) cache.clear()
    cache.set(key, served)
    return served
  }

  return async (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return plain(response, 405, 'Method not allowed', { allow: 'GET, HEAD' })
    const pathname = decode(request.url ?? '/')
    if (pathname === undefined) return plain(response, 400, 'Bad request')
    const isFile = extname(pathname) !== '' && !pathname.endsWith('.html')
    const relative = isFile ? normalize(pathname) : entryFor(pathname)
    if (relative.includes('\0') || relative.split(sep).some((part) => part.startsWith('.'))) return plain(response, 404, 'Not found')
    const file = join(dist, relative)
    const origin = page ? originOf(request, page.appUrl) : ''
    const served = await load(file, isFile || !page ? undefined : { key: origin, apply: (text) => fillAddresses(text, origin, page.publishableKey) })
    if (!served) return plain(response, 404, 'Not found')
    const headers: Record<string, string> = {
      'content-type': types[extname(file)] ?? 'application/octet-stream',
      'cache-control': relative.startsWith(`${sep}assets${sep}`) ? 'public, max-age=31536000, immutable' : 'no-cache',
      ...(served.inlineScripts ? pageHeaders(served.inlineScripts, { supabaseUrl, https: isHttps(request) }) : commonHeaders),
      etag: served.etag,
    }
    if (request.headers['if-none-match'] === served.etag) {
      response.writeHead(304, headers).end()
      return
    }
    const encoding = compressible.has(extname(file)) ? accepted(request.headers['accept-encoding']) : undefined
    const body = encoding ? await encode(served, encoding) : served.body
    if (compressible.has(extname(file))) headers['vary'] = 'accept-encoding'
    if (encoding) headers['content-encoding'] = encoding
    response.writeHead(200, { ...headers, 'content-length': body.length })
    response.end(request.method === 'HEAD' ? undefined : body)
  }
}

function encode(served: Served, encoding: 'br' | 'gzip'): Promise<Buffer> {
  const options = encoding === 'br' ? { params: { [constants.BROTLI_PARAM_QUALITY]: 6 } } : { level: 7 }
  return (served.encoded[encoding] ??= compressors[encoding](served.body, options))
}

function accepted(header: string | undefined): 'br' | 'gzip' | undefined {
  const offers = (header ?? '').split(',').map((offer) => offer.trim()).filter((offer) => !/;\s*q=0(\.0*)?$/.test(offer)).map((offer) => offer.split(';')[0])
  return offers.includes('br') ? 'br' : offers.includes('gzip') ? 'gzip' : undefined
}

function decode(url: string): string | undefined {
  try {
    return decodeURIComponent(new URL(url, 'http://localhost').pathname)
  } catch {
    return undefined
  }
}

function plain(response: ServerResponse, status: number, text: string, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store', ...commonHeaders, ...headers }).end(`${text}\n`)
}
