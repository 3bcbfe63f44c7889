import { Agent, request } from 'node:http'
import { importSecret, signatureHeaders } from '../../supabase/functions/_shared/core/signing.ts'

/** What every contestant but ours does with one delivery: import its site's secret, sign twice, POST. Runs in Node and in Deno. */

export interface Delivery {
  id: string
  url: string
  secret: string
  sequence: number
  body: string
}

export interface Sent {
  startedAt: string
  durationMs: number
  statusCode: number
  requestHeaders: Record<string, string>
  responseHeaders: Record<string, string>
  responseBody: string
}

export const concurrency = 32

export const keepAlive = (): Agent => new Agent({ keepAlive: true, maxSockets: concurrency })

export async function deliver(delivery: Delivery, agent: Agent): Promise<Sent> {
  const started = Date.now()
  const key = await importSecret(delivery.secret)
  if (!key.ok) throw new Error(key.error.message)
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json',
    ...(await signatureHeaders([key.value], {
      id: delivery.id,
      timestamp: Math.floor(started / 1_000),
      sequence: delivery.sequence,
      body: delivery.body,
    })),
  }
  const answer = await post(delivery.url, headers, delivery.body, agent)
  if (answer.statusCode !== 200) throw new Error(`the sink answered ${answer.statusCode}`)
  return { startedAt: new Date(started).toISOString(), durationMs: Date.now() - started, requestHeaders: headers, ...answer }
}

function post(
  url: string,
  headers: Record<string, string>,
  body: string,
  agent: Agent,
): Promise<Pick<Sent, 'statusCode' | 'responseHeaders' | 'responseBody'>> {
  return new Promise((resolve, reject) => {
    const bytes = Buffer.from(body)
    const sending = request(url, { method: 'POST', agent, headers: { ...headers, 'content-length': String(bytes.byteLength) } }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () =>
        resolve({
          statusCode: response.statusCode ?? 0,
          responseHeaders: response.headers as Record<string, string>,
          responseBody: Buffer.concat(chunks).toString(),
        }),
      )
    })
    sending.on('error', reject)
    sending.end(bytes)
  })
}

/** Runs `work` over all of `list` with at most `atOnce` under way. */
export async function inParallel<T>(list: readonly T[], atOnce: number, work: (item: T) => Promise<void>): Promise<void> {
  let next = 0
  const lane = async (): Promise<void> => {
    for (let item = list[next++]; item !== undefined; item = list[next++]) await work(item)
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
}
