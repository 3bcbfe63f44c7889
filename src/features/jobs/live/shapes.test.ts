import { describe, expect, it } from 'vitest'
import { readDeliveries, readJob, readLines, readLogMessage, readStateMessage } from './shapes.ts'

const line = { job_id: 'j', seq: 4, at: '2026-11-21T08:36:05.716253+00:00', level: 'warn', message: '500', site_id: 's', item_id: null, delivery_id: 'd', payload: { status: 500 } }

describe('what the topic of a run says', () => {
  it('is read as lines, with whatever else the message carries', () => {
    expect(readLogMessage({ id: 'message id', lines: [line] })).toEqual({
      lines: [{ seq: 4, at: Date.parse('2026-11-21T08:36:05.716Z'), level: 'warn', message: '500', siteId: 's', payload: { status: 500 } }],
    })
  })
  it('is read as a range when the lines did not fit', () => {
    expect(readLogMessage({ id: 'message id', from_seq: 5, to_seq: 900 })).toEqual({ top: 900 })
  })
  it('is read as the state of the job, of deliveries, or of both', () => {
    expect(readStateMessage({ job: { id: 'j', status: 'running', number: 3, log_seq: 9 } }).job).toMatchObject({ id: 'j', status: 'running', number: 3, logSeq: 9 })
    expect(readStateMessage({ deliveries: [{ id: 'd', status: 'retrying', target_name: 'Google', attempts: 1, max_attempts: 4 }] }).deliveries[0]).toMatchObject({
      id: 'd', status: 'retrying', name: 'Google', attempts: 1, maxAttempts: 4, nextAttemptAt: null,
    })
  })
  it.each([null, undefined, 'text', 7, [], {}, { lines: 'no list' }, { lines: [null, {}, { seq: 'x' }] }])('%# leaves out what it cannot be', (payload) => {
    expect(readLogMessage(payload)).toEqual({ lines: [] })
    expect(readStateMessage(payload)).toEqual({ job: null, deliveries: [] })
  })
})

it('reads rows of the Data API in the same way', () => {
  expect(readLines([line])[0]?.seq).toBe(4)
  expect(readJob(null)).toBeNull()
  expect(readDeliveries([{ id: 'd' }])).toEqual([])
})
