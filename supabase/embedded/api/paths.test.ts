import { describe, expect, test } from 'vitest'
import { calledFunction, isCanonicalPath, isPlainPath, isPlainQuery, isTopicPath } from './paths.ts'

const tricks = [
  '/auth/v1/%74oken', '/auth/v1/%2574oken', '/auth/v1//token', '/auth//v1/token', '/auth/v1/./token', '/auth/v1/x/../token', '/auth/v1/%2e%2e/token',
  '/auth/v1/token;x', '/auth/v1/token%2f', '/auth/v1/token%00', '/auth/v1/token\\', '/auth/v1/token#', '/auth/v1/token//', '/auth/v1/%', '/auth/v1/\u00e4',
]

describe('paths with one reading', () => {
  test.each(['/auth/v1/token', '/auth/v1/', '/auth/v1', '/auth/v1/.well-known/jwks.json', '/inbox/api/messages'])('%s', (path) => {
    expect([isPlainPath(path), isCanonicalPath(path)]).toEqual([true, true])
  })

  test.each(['/rest/v1/two%20words', '/rest/v1/gr%C3%B6%C3%9Fe', '/rest/v1/rpc/f(x)'])('%s, of the Data API alone', (path) => {
    expect([isPlainPath(path), isCanonicalPath(path)]).toEqual([false, true])
  })
})

describe('paths with another reading', () => {
  test.each([...tricks, '/rest/v1/rpc/%6dy_sessions', '/rest/v1/rpc%2Fmy_sessions', '/rest/v1/rpc/my%5Fsessions', '/rest/v1/rpc/%C3'])('%s', (path) => {
    expect([isPlainPath(path), isCanonicalPath(path)]).toEqual([false, false])
  })
})

test('queries with one reading', () => {
  for (const query of ['', 'grant_type=password', 'type=signup&redirect_to=http%3A%2F%2Flocalhost%2F%3Fa%3Db&token=x', 'a&b=']) expect(isPlainQuery(query), query).toBe(true)
  for (const query of ['grant%5Ftype=password', 'grant_type=refresh_token&grant_type=password', 'x#&grant_type=password', 'a=1#', '=1', 'a+b=1']) expect(isPlainQuery(query), query).toBe(false)
})

test('the function that is called', () => {
  const named = (path: string) => calledFunction(new URL(path, 'http://localhost'))
  expect([named('/rest/v1/rpc/my_sessions?a=b'), named('/rest/v1/rpc/%6dy_sessions'), named('/rest/v1/sites'), named('/rest/v1/rpc/'), named('/rest/v1/rpc/%C3')]).toEqual([
    'my_sessions', 'my_sessions', undefined, undefined, undefined,
  ])
})

describe('the path of a topic', () => {
  test.each(['/realtime/v1/api/broadcast', '/realtime/v1/api/broadcast/job%3A1/events/x', '/realtime/v1/api/broadcast/landing%3Aacme%2Ffacebook/events/a%20b', '/realtime/v1/api/broadcast/job:1/events/x'])('%s names one', (path) => {
    expect(isTopicPath(path)).toBe(true)
  })

  test.each(['/realtime/v1/api/../auth/v1/token', '/realtime/v1/api/%2e%2e/auth', '/realtime/v1/api/..%2F..%2Fauth', '/realtime/v1/api/a%2F..%2Fb', '/realtime/v1/api//x', '/realtime/v1/api/%74opic', '/realtime/v1/api/a%5Cb', '/realtime/v1/api/a%00', '/realtime/v1/api/a%'])('%s leads nowhere', (path) => {
    expect(isTopicPath(path)).toBe(false)
  })
})
