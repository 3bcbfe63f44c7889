import { openWorld, read, rpc, type Backend, type Member } from '../../supabase/tests/support/actors.ts'

/** An organization with the demo data whose receivers do not fail on purpose, and runs of it through the real functions. */
export interface Campaign {
  admin: Member
  run(): Promise<void>
  retitle(item: string, headline: string): Promise<void>
  close(): Promise<void>
}

interface Job {
  status: string
  finished_at: string | null
}

export async function newCampaign(backend: Backend): Promise<Campaign> {
  const world = openWorld(backend)
  const admin = await world.newAdmin('Acme Holdings')
  const { client } = admin
  await rpc(admin, 'load_demo_data')
  await read(client.from('sites').update({ failure_rate: 0, fail_next: 0 }).neq('slug', ''))

  return {
    admin,
    async run() {
      const { job_id } = await rpc<{ job_id: string }>(admin, 'start_sync')
      const { error } = await client.functions.invoke('sync', { body: { job_id } })
      if (error) throw new Error(`sync refused: ${String(error)}`)
      const deadline = Date.now() + 60_000
      for (;;) {
        const job = await read<Job>(client.from('sync_jobs').select('status, finished_at').eq('id', job_id).single())
        if (job.finished_at !== null) {
          if (job.status !== 'success') throw new Error(`the run ended as ${job.status}`)
          return
        }
        if (Date.now() > deadline) throw new Error('the run did not end')
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    },
    async retitle(item, headline) {
      const { data } = await read<{ data: Record<string, unknown> }>(client.from('content_items').select('data').eq('title', item).single())
      await read(client.from('content_items').update({ data: { ...data, headline } }).eq('title', item))
    },
    close: () => world.close(),
  }
}
