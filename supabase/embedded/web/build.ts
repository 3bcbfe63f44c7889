import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '../lib/failure.ts'
import { readIfPresent } from '../lib/files.ts'
import type { Log } from '../lib/log.ts'
import { projectDir } from '../lib/paths.ts'

/** What a build depends on, folders and files alike. */
const sources = ['src', 'public', 'index.html', 'landing.html', 'tsconfig.json', 'package-lock.json', 'supabase/functions/_shared/core', 'supabase/embedded/web/headers.ts']
const stamp = '.datasync-build'

/** The folder with the production build, made anew when its sources have changed since. */
export async function ensureBuild(viteEnv: Record<string, string>, log: Log): Promise<string> {
  const dist = join(projectDir, 'dist')
  const wanted = fingerprint(viteEnv)
  if (readIfPresent(join(dist, stamp)) === wanted) return dist
  log.info('Building the app ...')
  // Built beside and put in place whole: another instance of this checkout may be serving the one that is there.
  const fresh = join(projectDir, 'node_modules', '.cache', `datasync-build-${process.pid}`)
  try {
    await build(fresh, viteEnv)
    writeFileSync(join(fresh, stamp), wanted)
    const old = `${fresh}-old`
    if (existsSync(dist)) renameSync(dist, old)
    renameSync(fresh, dist)
    rmSync(old, { recursive: true, force: true })
  } finally {
    rmSync(fresh, { recursive: true, force: true })
  }
  return dist
}

function fingerprint(viteEnv: Record<string, string>): string {
  const hash = createHash('sha256').update(JSON.stringify(viteEnv))
  const configs = readdirSync(projectDir).filter((name) => /^vite\..*\.ts$/.test(name)).sort()
  for (const source of [...sources, ...configs]) addTo(hash, source)
  return hash.digest('hex')
}

function addTo(hash: ReturnType<typeof createHash>, path: string): void {
  const full = join(projectDir, path)
  const found = statSync(full, { throwIfNoEntry: false })
  if (!found || /\.test\.tsx?$/.test(path)) return
  if (found.isDirectory()) {
    for (const name of readdirSync(full).sort()) addTo(hash, `${path}/${name}`)
  } else {
    hash.update(`${path}\n`).update(readFileSync(full)).update('\n')
  }
}

async function build(outDir: string, viteEnv: Record<string, string>): Promise<void> {
  const vite = join(projectDir, 'node_modules', 'vite', 'bin', 'vite.js')
  const child = spawn(process.execPath, [vite, 'build', '--outDir', outDir, '--emptyOutDir', '--logLevel', 'warn'], {
    cwd: projectDir,
    // For the embedded backend the page learns the addresses when it is served, whatever a .env file says.
    env: { ...process.env, VITE_SUPABASE_URL: '', VITE_SUPABASE_PUBLISHABLE_KEY: '', VITE_SUPABASE_ANON_KEY: '', ...viteEnv, NODE_ENV: 'production' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  child.stdout.on('data', (data: Buffer) => (said += data.toString()))
  child.stderr.on('data', (data: Buffer) => (said += data.toString()))
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (code !== 0) throw new Failure(`The app could not be built:\n${said.trim()}`)
}
