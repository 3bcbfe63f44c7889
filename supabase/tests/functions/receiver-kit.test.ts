import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fillIn } from '../../../src/features/sites/receiver-kit/fill-in.ts'
import { secretFromBytes, signatureHeaders, importSecret } from '../../functions/_shared/core/signing.ts'
import { testBody } from '../../functions/_shared/core/test-message.ts'
import type { TestReport } from '../../functions/send-test/handler.ts'
import { giveSecret, startOwnStack, type OwnStack } from './own-stack.ts'
import { as, call, jobEnd, openDatabase, publishTo, signUp, startSync, until, type Organization, type Person, type Sql } from './support.ts'

/**
 * What is offered to copy, run as it is copied: each receiver is started in its own language and is sent what we sign, what
 * somebody else signs, what comes twice and what comes late; then the engine delivers to it. TypeScript on Node and on Deno
 * always; the others where their interpreter and the published library of Standard Webhooks are on the machine. Where a
 * library is not installed, these say where its source is: PYTHONPATH, RUBYLIB, KIT_PHP_VENDOR (a folder with autoload.php),
 * KIT_GO_LIBRARY (the folder with its go.mod).
 */

const project = fileURLToPath(new URL('../../..', import.meta.url))
const kit = join(project, 'src/features/sites/receiver-kit/code')
const modules = join(project, 'node_modules')
const PATH = '/in/datasync'

interface Kit {
  name: string
  /** Why it cannot be run here; null: it can. */
  missing: () => string | null
  /** Puts the code into the folder and says how it is started. */
  prepare: (folder: string) => { command: string; args: string[] }
}

const code = (file: string) => fillIn(readFileSync(join(kit, file), 'utf8'), { slug: 'the-site', destinationUrl: `http://localhost${PATH}` })

function runs(command: string, ...args: string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore', timeout: 20_000 })
    return true
  } catch {
    return false
  }
}

const vendor = process.env.KIT_PHP_VENDOR ?? ''
const goLibrary = process.env.KIT_GO_LIBRARY ?? ''

const kits: Kit[] = [
  {
    name: 'TypeScript on Node',
    missing: () => null,
    prepare: (folder) => {
      symlinkSync(modules, join(folder, 'node_modules'))
      writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
      writeFileSync(join(folder, 'receiver.ts'), code('node.ts.txt'))
      return { command: process.execPath, args: ['--import', 'tsx', 'receiver.ts'] }
    },
  },
  {
    name: 'TypeScript on Deno',
    missing: () => null,
    prepare: (folder) => {
      // As an install would lay it: Deno wants packages themselves there, and no link to another folder of them.
      const own = join(folder, 'node_modules')
      mkdirSync(own)
      const bring = (name: string) => {
        const from = join(modules, name)
        if (existsSync(join(own, name)) || !existsSync(from)) return
        cpSync(from, join(own, name), { recursive: true })
        const { dependencies = {} } = JSON.parse(readFileSync(join(from, 'package.json'), 'utf8')) as { dependencies?: Record<string, string> }
        for (const dependency of Object.keys(dependencies)) bring(dependency)
      }
      bring('standardwebhooks')
      writeFileSync(join(folder, 'package.json'), JSON.stringify({ dependencies: { standardwebhooks: '1.1.1' } }))
      writeFileSync(join(folder, 'index.ts'), code('edge.ts.txt'))
      return { command: join(modules, 'deno', 'deno'), args: ['run', '--no-prompt', '--quiet', '--no-lock', '--node-modules-dir=manual', '--allow-net', '--allow-env', 'index.ts'] }
    },
  },
  {
    name: 'Python',
    missing: () => (runs('python3', '-c', 'from standardwebhooks.webhooks import Webhook') ? null : 'python3 with standardwebhooks is not here'),
    prepare: (folder) => {
      writeFileSync(join(folder, 'receiver.py'), code('receiver.py.txt'))
      return { command: 'python3', args: ['receiver.py'] }
    },
  },
  {
    name: 'PHP',
    missing: () => (runs('php', '--version') && existsSync(join(vendor, 'autoload.php')) ? null : 'php with standard-webhooks/standard-webhooks is not here'),
    prepare: (folder) => {
      symlinkSync(vendor, join(folder, 'vendor'))
      writeFileSync(join(folder, 'receiver.php'), code('receiver.php.txt'))
      return { command: 'php', args: ['-S', '127.0.0.1:$PORT', 'receiver.php'] }
    },
  },
  {
    name: 'Go',
    missing: () => (runs('go', 'version') && existsSync(join(goLibrary, 'go.mod')) ? null : 'go with the library of Standard Webhooks is not here'),
    prepare: (folder) => {
      const name = 'github.com/standard-webhooks/standard-webhooks/libraries'
      writeFileSync(join(folder, 'go.mod'), `module receiver\n\ngo 1.19\n\nrequire ${name} v0.0.0\n\nreplace ${name} => ${goLibrary}\n`)
      writeFileSync(join(folder, 'main.go'), code('receiver.go.txt'))
      execFileSync('go', ['build', '-o', 'receiver', '.'], { cwd: folder, stdio: 'inherit' })
      return { command: join(folder, 'receiver'), args: [] }
    },
  },
  {
    name: 'Ruby',
    missing: () => (runs('ruby', '-e', 'require "standardwebhooks"') ? null : 'ruby with standardwebhooks is not here'),
    prepare: (folder) => {
      writeFileSync(join(folder, 'config.ru'), code('receiver.rb.txt'))
      // Rack's part, which a server such as Puma plays: one request after the other, the application asked by its interface.
      writeFileSync(join(folder, 'server.rb'), `
require "socket"
require "stringio"
def run(app) = $app = app
load "config.ru"
server = TCPServer.new("127.0.0.1", ENV.fetch("PORT").to_i)
loop do
  socket = server.accept
  method, path = socket.gets.to_s.split(" ")
  env = { "REQUEST_METHOD" => method, "PATH_INFO" => path }
  while (line = socket.gets.to_s.chomp) != ""
    name, value = line.split(/:\\s*/, 2)
    env["HTTP_#{name.upcase.tr("-", "_")}"] = value
  end
  env["rack.input"] = StringIO.new(socket.read(env["HTTP_CONTENT_LENGTH"].to_i).to_s)
  status, headers, body = $app.call(env)
  text = body.join
  socket.write("HTTP/1.1 #{status} -\\r\\nconnection: close\\r\\ncontent-length: #{text.bytesize}\\r\\n#{headers.map { |n, v| "#{n}: #{v}\\r\\n" }.join}\\r\\n#{text}")
  socket.close
end
`)
      return { command: 'ruby', args: ['server.rb'] }
    },
  },
]

let own: OwnStack
let sql: Sql
let me: Person & { organization: Organization }

beforeAll(async () => {
  own = await startOwnStack()
  sql = openDatabase(own.stack)
  me = await signUp(own.stack)
})
afterAll(async () => {
  await sql.end()
  await own.close()
})

async function freePort(): Promise<number> {
  const server: Server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

interface Running {
  url: string
  end: () => void
}

async function start({ prepare }: Kit, secret: string): Promise<Running> {
  const folder = mkdtempSync(join(tmpdir(), 'datasync-kit-'))
  const port = await freePort()
  const { command, args } = prepare(folder)
  const child: ChildProcess = spawn(command, args.map((arg) => arg.replace('$PORT', String(port))), {
    cwd: folder, env: { ...process.env, DATASYNC_SECRET: secret, PORT: String(port), DATASYNC_STATE: join(folder, 'state.json') }, stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const url = `http://127.0.0.1:${port}${PATH}`
  await until(60_000, 'the receiver to listen', async () => {
    if (child.exitCode !== null) throw new Error(`the receiver has ended: ${said}`)
    return fetch(url, { method: 'POST', body: '' }).catch(() => null)
  })
  return {
    url,
    end: () => {
      child.kill('SIGKILL')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const payload = (n: number) => JSON.stringify({ version: 1, site: { slug: 'the-site', name: 'Ünïted “Site”' }, items: Array.from({ length: n }, (_, i) => ({ id: `i${i}`, type: 'note', title: '—', data: { text: `€ ${i}` } })) })

async function signed(secret: string, { id, sequence, body, seconds = Math.floor(Date.now() / 1000) }: { id: string; sequence: number; body: string; seconds?: number }): Promise<RequestInit> {
  const key = await importSecret(secret)
  if (!key.ok) throw new Error(key.error.message)
  const headers = await signatureHeaders([key.value], { id, sequence, timestamp: seconds, body })
  return { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body }
}

const changed = (init: RequestInit, headers: Record<string, string>, body = init.body): RequestInit => ({ ...init, headers: { ...(init.headers as Record<string, string>), ...headers }, body: body ?? null })

async function post(url: string, init: RequestInit): Promise<[number, Record<string, unknown>]> {
  const response = await fetch(url, init)
  return [response.status, (await response.json().catch(() => ({}))) as Record<string, unknown>]
}

describe.each(kits)('the receiver in $name', (each) => {
  const missing = each.missing()

  it('verifies, drops what comes twice, and never goes back', async ({ skip }) => {
    if (missing !== null) skip(missing)
    const secret = secretFromBytes(randomBytes(32))
    const { url, end } = await start(each, secret)
    try {
      const second = await signed(secret, { id: 'msg_2', sequence: 2, body: payload(3) })
      const [status, applied] = await post(url, second)
      expect([status, applied]).toEqual([200, { applied: true, receivedAt: expect.stringMatching(/^20\d\d-\d\d-\d\dT/) as string, itemCount: 3 }])
      // Again, word for word: answered as before. Older: kept out. Newer: applied.
      expect(await post(url, second)).toEqual([200, applied])
      expect(await post(url, await signed(secret, { id: 'msg_1', sequence: 1, body: payload(1) }))).toEqual([200, { applied: false, receivedAt: expect.any(String) as string, itemCount: 1 }])
      expect(await post(url, await signed(secret, { id: 'msg_10', sequence: 10, body: payload(0) }))).toEqual([200, { applied: true, receivedAt: expect.any(String) as string, itemCount: 0 }])

      // A test, before and after which nothing is different.
      const [, test] = await post(url, await signed(secret, { id: 'test_1', sequence: 0, body: testBody({ slug: 'the-site', name: 'Site' }) }))
      expect(test).toEqual({ applied: false, test: true, receivedAt: expect.any(String) as string, itemCount: 0 })
      expect(await post(url, await signed(secret, { id: 'msg_9', sequence: 9, body: payload(1) }))).toMatchObject([200, { applied: false }])

      // What must not get in.
      const next = await signed(secret, { id: 'msg_11', sequence: 11, body: payload(2) })
      const now = Math.floor(Date.now() / 1000)
      const forged: [string, RequestInit][] = [
        ['another body', changed(next, {}, payload(3))],
        ['the same body, printed again', changed(next, {}, JSON.stringify(JSON.parse(payload(2)), null, 1))],
        ['another id', changed(next, { 'webhook-id': 'msg_12' })],
        ['another sequence', changed(next, { 'webhook-sequence': '99' })],
        ['another time', changed(next, { 'webhook-timestamp': String(now - 1) })],
        ['no signature', changed(next, { 'webhook-signature': '' })],
        ['no X-DSIGN', changed(next, { 'x-dsign': '' })],
        ['the signature of another scheme', changed(next, { 'webhook-signature': `v1a,${Buffer.alloc(64).toString('base64')}` })],
        ['another secret', await signed(secretFromBytes(randomBytes(32)), { id: 'msg_11', sequence: 11, body: payload(2) })],
        ['an old one', await signed(secret, { id: 'msg_11', sequence: 11, body: payload(2), seconds: now - 400 })],
        ['one from the future', await signed(secret, { id: 'msg_11', sequence: 11, body: payload(2), seconds: now + 400 })],
        ['an old test', await signed(secret, { id: 'test_2', sequence: 0, body: testBody({ slug: 's', name: 's' }), seconds: now - 400 })],
      ]
      for (const [what, init] of forged) expect([what, ...(await post(url, init))], what).toEqual([what, 401, expect.objectContaining({ code: 'signature_mismatch' })])
      expect(await post(url, next)).toMatchObject([200, { applied: true, itemCount: 2 }])

      // Both secrets sign while one is rotated, the newer first.
      const other = await signed(secretFromBytes(randomBytes(32)), { id: 'msg_12', sequence: 12, body: payload(1) })
      const mine = await signed(secret, { id: 'msg_12', sequence: 12, body: payload(1) })
      const both = (name: string) => [other, mine].map(({ headers }) => (headers as Record<string, string>)[name]).join(' ')
      expect(await post(url, changed(mine, { 'webhook-signature': both('webhook-signature'), 'x-dsign': both('x-dsign') }))).toMatchObject([200, { applied: true }])
    } finally {
      end()
    }
  })

  it('takes what the engine delivers, and its tests', async ({ skip }) => {
    if (missing !== null) skip(missing)
    const { siteIds } = await publishTo(sql, me.organization, ['http://127.0.0.1:1/'])
    const siteId = siteIds[0] ?? ''
    const { url, end } = await start(each, await giveSecret(sql, own.ring, siteId))
    try {
      await sql`update public.sites set destination_url = ${url}, max_attempts = 1 where id = ${siteId}`
      const { job_id } = await startSync(me, [siteId])
      await call(own.stack, 'sync', { job_id }, as(me, own.stack))
      expect(await jobEnd(sql, job_id)).toMatchObject({ status: 'success', deliveries: [{ status_code: 200, reason: '200 applied, 1 item' }] })
      const tested = (await (await call(own.stack, 'send-test', { site_id: siteId }, as(me, own.stack))).json()) as TestReport
      expect(tested.judgement).toMatchObject({ verdict: 'understood', signature: 'accepted' })
      await call(own.stack, 'site-secret', { site_id: siteId, action: 'rotate', overlap_hours: 0 }, as(me, own.stack))
      const refused = (await (await call(own.stack, 'send-test', { site_id: siteId }, as(me, own.stack))).json()) as TestReport
      expect(refused).toMatchObject({ status_code: 401, judgement: { verdict: 'signature_refused', signature: 'refused' } })
    } finally {
      end()
    }
  })
})

describe('what is copied', () => {
  it.each(['node.ts.txt', 'edge.ts.txt', 'receiver.py.txt', 'receiver.php.txt', 'receiver.go.txt', 'receiver.rb.txt'])('%s has no secret and no place left to fill in', (file) => {
    const raw = readFileSync(join(kit, file), 'utf8')
    expect(raw).toContain('DATASYNC_SECRET')
    expect(raw).not.toMatch(/whsec_[A-Za-z0-9+/]{8}/)
    expect(code(file)).not.toMatch(/__(SITE_SLUG|PATH)__/)
    expect(code(file)).toContain('the-site')
  })

  it('takes nothing into the code that could end a comment or a string', () => {
    const evil = fillIn("a __PATH__ '__PATH__' __SITE_SLUG__", { slug: "x\n'; evil()", destinationUrl: "https://e.test/a'b$(c)#{d}" })
    expect(evil).toBe("a /hooks/datasync '/hooks/datasync' xevil")
    expect(fillIn('__PATH__', { slug: 's', destinationUrl: 'https://e.test/hooks/in' })).toBe('/hooks/in')
  })
})
