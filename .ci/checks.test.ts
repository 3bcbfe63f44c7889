import { execFileSync, spawnSync } from 'node:child_process'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, test } from 'vitest'

const here = fileURLToPath(new URL('.', import.meta.url))
const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'datasync-checks-'))
  folders.push(folder)
  return folder
}

function run(script: string, ...words: string[]): { status: number | null; said: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(here, script), ...words], { encoding: 'utf8' })
  return { status, said: stdout + stderr }
}

describe('the secret scan', () => {
  const git = (folder: string, ...words: string[]): Buffer => execFileSync('git', ['-C', folder, '-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', '-c', 'commit.gpgsign=false', ...words])
  const write = (folder: string, name: string, text: string): void => {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  const repository = (files: Record<string, string>, message = 'First'): string => {
    const folder = temporaryFolder()
    git(folder, 'init', '--quiet')
    for (const [name, text] of Object.entries(files)) write(folder, name, text)
    git(folder, 'add', '--all')
    git(folder, 'commit', '--quiet', '--message', message)
    return folder
  }
  // Made here each time: this file must not hold what it looks for.
  const signingSecret = `whsec_${randomBytes(32).toString('base64')}`
  const planted: Record<string, [file: string, text: string]> = {
    'a signing secret of a site': ['src/a.ts', `export const secret = '${signingSecret}'`],
    'an API key of ours': ['README.md', `Use ds_${randomBytes(4).toString('hex')}_${randomBytes(24).toString('hex')}`],
    'a secret key of a Supabase project': ['config.json', JSON.stringify({ key: `sb_secret_7${randomBytes(18).toString('base64url')}` })],
    'a signed token': ['notes.txt', [{ alg: 'HS256' }, { role: 'service_role' }].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).concat(randomBytes(32).toString('base64url')).join('.')],
    'a token of a code host': ['deploy.sh', `TOKEN=ghp_${randomBytes(18).toString('hex')}`],
    'a private key': ['key.txt', generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()],
    'a file of settings that is nobody else\'s business': ['.env', 'X=1'],
  }

  test.each(Object.entries(planted))('finds %s', (_name, [name, text]) => {
    const { status, said } = run('secrets.mjs', repository({ [name]: text }))
    expect(status, said).toBe(1)
    expect(said).toContain(name)
    // What it has found it does not spread.
    expect(said).not.toContain(text)
  })

  test('finds what the last commit holds and the folder no longer does, and what its message says', () => {
    const removed = repository({ 'a.ts': signingSecret })
    rmSync(join(removed, 'a.ts'))
    expect(run('secrets.mjs', removed).status).toBe(1)
    expect(run('secrets.mjs', repository({ 'a.ts': 'let a = 1' }, `Uses ${signingSecret}`)).status).toBe(1)
  })

  test('leaves a clean repository alone, with odd names in it, files that git does not keep, and published test vectors', () => {
    const folder = repository({ 'a [b]{c}*.ts': 'let a = 1', '.gitignore': 'data/', 'vector.ts': `'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'` })
    write(folder, 'data/secrets.json', signingSecret)
    const { status, said } = run('secrets.mjs', folder)
    expect(status, said).toBe(0)
    expect(said).toContain('No secret in 3 files')
  })
})

describe('the dependency audit', () => {
  const finding = (name: string, severity: string): Record<string, unknown> => ({ [name]: { name, severity, range: '<2.0.0', via: [{ title: 'Prototype pollution', url: 'https://example.com/advisory' }], fixAvailable: true } })
  const report = (content: unknown): ReturnType<typeof run> => {
    const file = join(temporaryFolder(), 'audit.json')
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
    return run('audit.mjs', file)
  }

  test.each(['high', 'critical'])('fails on what is %s, and names it', (severity) => {
    const { status, said } = report({ vulnerabilities: { ...finding('left', severity), ...finding('right', 'low') } })
    expect(status).toBe(1)
    expect(said).toContain(`${severity}: left <2.0.0: Prototype pollution https://example.com/advisory`)
  })

  test('tells of what is less, and passes', () => {
    const { status, said } = report({ vulnerabilities: { ...finding('left', 'moderate'), ...finding('right', 'low') } })
    expect(status).toBe(0)
    expect(said).toContain('moderate: left')
    expect(said).toContain('2 findings in what ships, none high or critical')
  })

  test.each([
    ['does not know audits', { message: '405 Method Not Allowed', error: { summary: '' } }],
    ['cannot be reached', { error: { code: 'ENOTFOUND', summary: 'request failed' } }],
    ['says something else', 'Bad gateway'],
  ])('says plainly that nothing was audited where the registry %s', (_name, content) => {
    const { status, said } = report(content)
    expect(status).toBe(0)
    expect(said).toContain('Dependencies were NOT audited')
  })
})
