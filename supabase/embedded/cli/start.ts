import { Failure } from '../lib/failure.ts'
import { terminal } from '../lib/log.ts'
import { dataDirFrom } from '../lib/paths.ts'
import { externalBackend } from './external.ts'
import { untilAskedToStop } from './signals.ts'

/** `npm start` and `npm run dev`: runs until it is asked to stop. The result is the exit code. */
export async function start(app: 'dist' | 'dev'): Promise<number> {
  const port = portFrom(process.env)
  const host = process.env['HOST'] || undefined
  const external = externalBackend(app)
  if (external) {
    const { serveAppAlone } = await import('./app-alone.ts')
    const running = await serveAppAlone({ app, port, host, supabaseUrl: external.url, viteEnv: external.viteEnv })
    terminal.info(`DataSync is ready: ${running.url}`)
    terminal.info(`Backend: ${external.url} (the embedded one is off)`)
    await untilAskedToStop()
    await running.close()
    return 0
  }

  const { startStack } = await import('../stack.ts')
  const stack = await startStack({ dataDir: dataDirFrom(process.env), port, host, app, trustProxy: process.env['DATASYNC_TRUST_PROXY'] === 'true' })
  terminal.info(`DataSync is ready: ${stack.app_url}`)
  terminal.info(`Inbox (mail that would have been sent): ${stack.inbox_url}`)
  if (host !== undefined) terminal.info(`Listening on ${host}: everybody who reaches this address can sign up.`)
  const reason = await Promise.race([untilAskedToStop(), stack.broken])
  if (reason) terminal.error(reason)
  await stack.close()
  return reason ? 1 : 0
}

function portFrom(env: NodeJS.ProcessEnv): number {
  const text = env['PORT'] || '5173'
  const port = Number(text)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Failure(`PORT must be a number from 0 to 65535; it is "${text}".`)
  return port
}
