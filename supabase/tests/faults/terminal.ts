/** The log that the app's terminal shows: its own store, feed and client, on a run of a stack under test. */
import { createConnection, createServer, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import type { Sql } from 'postgres'
import { expect, vi } from 'vitest'
import ws from 'ws'
import type { JobLive } from '@/features/jobs/live/job-log-store'
import type { Person } from '../functions/support.ts'
import type { ProvidedStack } from '../support/throwaway-stack.ts'

/** A wire between a client and a stack, which can be cut without either of them being asked. */
export interface Wire {
  url: string
  /** Both ends of every connection are gone at once. Returns how many there were of sockets that had been upgraded. */
  cut: () => number
  /** Nothing passes any more over the connections that are open, and nobody is told. */
  silence: () => number
  close: () => Promise<void>
}

export async function openWire(target: string): Promise<Wire> {
  const { hostname, port } = new URL(target)
  const pairs = new Set<{ client: Socket; upstream: Socket; upgraded: boolean }>()
  const server = createServer((client) => {
    const upstream = createConnection({ host: hostname === 'localhost' ? '127.0.0.1' : hostname, port: Number(port) })
    const pair = { client, upstream, upgraded: false }
    pairs.add(pair)
    client.once('data', (head: Buffer) => (pair.upgraded = /^upgrade: websocket\r$/im.test(head.toString('latin1'))))
    client.pipe(upstream).pipe(client)
    for (const [one, other] of [[client, upstream], [upstream, client]] as const) {
      one.on('error', () => undefined)
      one.on('close', () => {
        pairs.delete(pair)
        other.destroy()
      })
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const upgraded = () => [...pairs].filter((pair) => pair.upgraded).length
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut: () => {
      const sockets = upgraded()
      for (const { client, upstream } of pairs) {
        client.resetAndDestroy()
        upstream.resetAndDestroy()
      }
      return sockets
    },
    silence: () => {
      for (const { client, upstream } of pairs) {
        client.unpipe(upstream).pause()
        upstream.unpipe(client).pause()
      }
      return upgraded()
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const { client } of pairs) client.destroy()
      }),
  }
}

export interface Terminal {
  state: () => JobLive
  /** Resolves when the run is over and the terminal says that all of it is here. */
  whole: (withinMs: number) => Promise<JobLive>
  /** Every line that the database holds, once, in order, with the same words. Returns how many. */
  expectAllLines: (sql: Sql, jobId: string) => Promise<number>
  /** How often the connection has come up. */
  joins: () => number
  close: () => void
}

/** Signs the app's client in; one stack for each test file, since the app has one client. */
export async function signInToApp(stack: Pick<ProvidedStack, 'publishable_key'>, url: string, person: Person): Promise<(jobId: string) => Terminal> {
  // By number: under the name that the tests' own clients use, the client would warn of a second one with the same session.
  const api = url.replace('localhost', '127.0.0.1')
  // The little of a browser that these modules ask for; Node 20 has no WebSocket of its own.
  vi.stubGlobal('window', { location: new URL(api) })
  vi.stubGlobal('document', { hidden: false, querySelector: () => null })
  vi.stubGlobal('requestAnimationFrame', (paint: () => void) => setTimeout(paint, 16))
  vi.stubGlobal('cancelAnimationFrame', (frame: NodeJS.Timeout) => clearTimeout(frame))
  vi.stubGlobal('WebSocket', ws)
  vi.stubEnv('VITE_SUPABASE_URL', api)
  vi.stubEnv('VITE_SUPABASE_PUBLISHABLE_KEY', stack.publishable_key)
  const [{ supabase }, { jobFeed }, { createJobLogStore, isWhole }] = await Promise.all([
    import('@/lib/supabase'),
    import('@/features/jobs/queries/job-feed'),
    import('@/features/jobs/live/job-log-store'),
  ])
  vi.stubGlobal('window', undefined)
  const { data } = await person.client.auth.getSession()
  if (data.session === null) throw new Error('the person is signed out')
  const { error } = await supabase.auth.setSession(data.session)
  if (error) throw error

  return (jobId) => {
    const { store, start } = createJobLogStore(jobFeed(jobId))
    let joins = 0
    let connection = store.getState().connection
    // What is on screen at any moment is in order and holds no line twice.
    let disorder: string | null = null
    const unsubscribe = store.subscribe((state) => {
      if (state.connection === 'live' && connection !== 'live') joins += 1
      connection = state.connection
      const { lines } = state.log
      const wrong = lines.findIndex(({ seq }, index) => seq <= (lines[index - 1]?.seq ?? 0))
      if (wrong !== -1) disorder ??= `line ${lines[wrong]?.seq ?? ''} after line ${lines[wrong - 1]?.seq ?? ''}`
    })
    const stop = start()
    return {
      state: () => store.getState(),
      whole: (withinMs) =>
        vi.waitFor(() => {
          const state = store.getState()
          if (!isWhole(state)) throw new Error(`the terminal has ${state.log.contiguous} lines and knows of ${state.log.top}; the job is ${state.job?.status ?? 'unknown'}, the stream ${state.connection}${state.problem === null ? '' : `; ${JSON.stringify(state.problem)}`}`)
          return state
        }, { timeout: withinMs, interval: 50 }),
      async expectAllLines(sql, id) {
        const rows = await sql<{ seq: number; message: string }[]>`select seq::integer, message from public.job_logs where job_id = ${id} order by seq`
        expect(disorder).toBeNull()
        expect(store.getState().log.lines.map(({ seq, message }) => ({ seq, message }))).toEqual([...rows])
        expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_, index) => index + 1))
        return rows.length
      },
      joins: () => joins,
      close: () => {
        unsubscribe()
        stop()
      },
    }
  }
}
