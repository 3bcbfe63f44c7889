// Fails when a file that git keeps, or the last commit with its message, holds what looks like a secret. `node .ci/secrets.mjs [folder]`
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, lstatSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const project = fileURLToPath(new URL('..', import.meta.url))
const folder = realpathSync(resolve(process.argv[2] ?? project))
const linter = join(dirname(createRequire(import.meta.url).resolve('secretlint/package.json')), 'bin', 'secretlint.js')
/** As many as a command line holds on every system. */
const portion = 500

const git = (...words) => execFileSync('git', ['-C', folder, ...words], { maxBuffer: 1024 ** 3 })
const names = (output) => output.toString('utf8').split('\0').filter(Boolean)
/** Links lead to files that are looked at themselves, or to nothing of ours; a deleted file is in the last commit still. */
const isFile = (path) => existsSync(path) && lstatSync(path).isFile()

/** The linter looks at nothing outside the folder that it runs in. */
function scan(base, files) {
  let found = false
  for (let at = 0; at < files.length; at += portion) {
    const words = [linter, '--no-glob', '--secretlintrc', join(project, '.secretlintrc.json'), ...files.slice(at, at + portion)]
    const { status, error, signal } = spawnSync(process.execPath, words, { cwd: base, stdio: 'inherit' })
    if (error || signal || (status !== 0 && status !== 1)) throw new Error(`the secret scan itself failed (${error?.message ?? signal ?? `exit code ${status}`})`)
    found ||= status === 1
  }
  return found
}

const copy = realpathSync(mkdtempSync(join(tmpdir(), 'datasync-secrets-')))
try {
  const tracked = names(git('ls-files', '-z')).filter((name) => isFile(join(folder, name)))
  // Of the last commit, what the files of today no longer show.
  const changed = names(git('diff', '--name-only', '--no-renames', '-z', 'HEAD'))
  const before = new Set(names(git('ls-tree', '-r', '-z', '--name-only', 'HEAD')))
  const committed = changed.filter((name) => before.has(name)).map((name) => {
    const file = join(copy, 'files', name)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, git('cat-file', 'blob', `HEAD:${name}`))
    return join('files', name)
  })
  writeFileSync(join(copy, 'message'), git('log', '-1', '--format=%an%n%ae%n%B'))

  const found = [scan(folder, tracked), scan(copy, [...committed, 'message'])]
  if (found.includes(true)) {
    console.error('\nWhat looks like a secret is in the repository. Take it out and replace it where it is used: what was pushed counts as known.\nA published test vector may be named in .secretlintrc.json, by its exact value.')
    process.exitCode = 1
  } else {
    console.log(`No secret in ${tracked.length} files and the last commit.`)
  }
} finally {
  rmSync(copy, { recursive: true, force: true })
}
