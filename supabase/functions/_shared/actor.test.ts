import { describe, expect, it } from 'vitest'
import { actorOf, apiKeyActor } from './actor.ts'

const userId = '6a1b6c1e-6f7a-4d1f-8f0a-3d7c7b0f9a11'
const requestWith = (headers: Record<string, string>) => new Request('http://x.example/', { headers })
const user = { kind: 'user', userId, signedInAt: null } as const

describe('who acts', () => {
  it('is the signed-in user, at the first address, with the program and the number of the request', () => {
    const request = requestWith({ 'x-forwarded-for': '203.0.113.7, 10.0.0.1', 'user-agent': 'Firefox', 'x-request-id': 'abc' })
    expect(actorOf(user, request)).toEqual({ kind: 'user', id: userId, ip: '203.0.113.7', user_agent: 'Firefox', request_id: 'abc' })
  })

  it('is named by the platform\'s own number where there is one', () => {
    expect(actorOf(user, requestWith({ 'x-request-id': 'theirs', 'sb-request-id': 'ours' }))).toMatchObject({ request_id: 'ours' })
  })

  it('says null for what the request does not tell, and keeps no more than 500 characters of it', () => {
    expect(actorOf(user, requestWith({}))).toEqual({ kind: 'user', id: userId, ip: null, user_agent: null, request_id: null })
    expect(actorOf(user, requestWith({ 'user-agent': 'x'.repeat(5_000) }))?.user_agent).toHaveLength(500)
    expect(actorOf(user, requestWith({ 'x-forwarded-for': ' , ' }))?.ip).toBeNull()
  })

  it('is nobody where the service itself calls', () => {
    expect(actorOf({ kind: 'service' }, requestWith({}))).toBeNull()
  })

  it('may be an API key, by its id and name', () => {
    expect(apiKeyActor({ id: userId, name: 'Build server' }, requestWith({ 'x-forwarded-for': '::1' }))).toEqual({
      kind: 'api_key', id: userId, name: 'Build server', ip: '::1', user_agent: null, request_id: null,
    })
  })
})
