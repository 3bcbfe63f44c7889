import { REALTIME_SUBSCRIBE_STATES, RealtimeClient } from '@supabase/realtime-js'
import type { Backend } from './api.ts'
import type { PageAddress } from './route.ts'

/**
 * Listens to the page's private topic as anon. The topic carries no content, only that there is something newer,
 * so every sign of life asks for the page: a snapshot, and each (re)join, because messages sent meanwhile are not repeated.
 * Realtime's own client instead of supabase-js: a fifth of the size, and a visitor needs nothing else of it.
 */
export function listen(backend: Backend, address: PageAddress, onNews: () => void): () => void {
  const endpoint = new URL(`${backend.supabaseUrl}/realtime/v1`, window.location.href)
  endpoint.protocol = endpoint.protocol === 'https:' ? 'wss:' : 'ws:'
  const client = new RealtimeClient(endpoint.href, { params: { apikey: backend.supabaseKey } })
  client
    .channel(`landing:${address.organization}/${address.site}`, { config: { private: true } })
    .on('broadcast', { event: 'snapshot' }, onNews)
    .subscribe((status) => {
      if (status === REALTIME_SUBSCRIBE_STATES.SUBSCRIBED) onNews()
    })
  return () => void client.disconnect()
}
