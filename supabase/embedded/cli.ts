import { parseArgs } from 'node:util'
import { Failure } from './lib/failure.ts'
import { terminal } from './lib/log.ts'

const usage = `Usage: npm start | npm run dev | npm run status [-- --json] | npm run reset [-- --yes] | npm run types [-- --check] |
       npm run check:database | npm run audit:verify [-- --db <url>] [--expect <organization>:<seq>:<hash>]... | npm run rotate:keys [-- --drop-old] [-- --db <url> [--url <project url>]] |
       npm run backup [-- --out <file> --no-keys] | npm run restore -- <file> [--keys <file>] [--no-keys] [--db <url>]

PORT              the port to listen on (5173)
HOST              the address to listen on (loopback)
DATASYNC_DATA_DIR the folder for data (.datasync in the checkout)`

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: 'boolean' }, yes: { type: 'boolean' }, check: { type: 'boolean' }, 'drop-old': { type: 'boolean' }, db: { type: 'string' }, url: { type: 'string' },
      out: { type: 'string' }, keys: { type: 'string' }, 'no-keys': { type: 'boolean' }, expect: { type: 'string', multiple: true } },
  })
  if (positionals[0] === 'restore' && positionals.length <= 2) {
    return (await import('./cli/restore.ts')).restore({ file: positionals[1], db: values.db, keys: values.keys, withKeys: !values['no-keys'] })
  }
  // Loaded one at a time: the backend's packages take a while, and `status` needs none of them.
  switch (positionals.join(' ')) {
    case 'start':
      return (await import('./cli/start.ts')).start('dist')
    case 'dev':
      return (await import('./cli/start.ts')).start('dev')
    case 'status':
      return (await import('./cli/status.ts')).status(values.json ?? false)
    case 'reset':
      return (await import('./cli/reset.ts')).reset(values.yes ?? false)
    case 'types':
      return (await import('./cli/types.ts')).types(values.check ?? false)
    case 'check-database':
      return (await import('./cli/check-database.ts')).checkDatabase()
    case 'audit-verify':
      return (await import('./cli/audit-verify.ts')).auditVerify(values.db, values.expect)
    case 'rotate-keys':
      return (await import('./cli/rotate-keys.ts')).rotateKeys({ dropOld: values['drop-old'] ?? false, db: values.db, url: values.url })
    case 'backup':
      return (await import('./cli/backup.ts')).backup({ out: values.out, withKeys: !values['no-keys'] })
    default:
      process.stderr.write(`${usage}\n`)
      return 2
  }
}

/** A failure that a person can act on is one sentence; anything else is a fault of ours and shows where it happened. */
function report(error: unknown): void {
  const badArgument = error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')
  if (error instanceof Failure || badArgument) terminal.error(error.message)
  else terminal.error(error instanceof Error ? (error.stack ?? error.message) : String(error))
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    report(error)
    process.exit(1)
  },
)
