import { runningInstance } from '../instance.ts'
import { terminal } from '../lib/log.ts'
import { dataDirFrom } from '../lib/paths.ts'

/** Exit code 0 when an instance runs on the data folder, 1 when none does. With --json the addresses alone, for programs. */
export function status(json: boolean): number {
  const dataDir = dataDirFrom(process.env)
  const instance = runningInstance(dataDir)
  if (!instance?.addresses) {
    if (json) process.stdout.write('null\n')
    else terminal.info(instance ? `DataSync is starting on ${dataDir} (process ${instance.pid}).` : `DataSync is not running on ${dataDir}. Start it with "npm start".`)
    return 1
  }
  if (json) {
    process.stdout.write(`${JSON.stringify(instance.addresses, null, 2)}\n`)
    return 0
  }
  const { app_url, inbox_url, db_url, publishable_key, secret_key } = instance.addresses
  terminal.info(`DataSync runs: ${app_url}`)
  terminal.info(`  inbox            ${inbox_url}`)
  terminal.info(`  database         ${db_url}`)
  terminal.info(`  publishable key  ${publishable_key}`)
  terminal.info(`  secret key       ${secret_key}`)
  terminal.info(`  data folder      ${dataDir}`)
  terminal.info(`  process          ${instance.pid}, since ${instance.started_at}`)
  return 0
}
