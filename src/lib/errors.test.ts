import { describe, expect, it } from 'vitest'
import { describeError, errorLine, functionError, validationProblems } from './errors.ts'

describe('describeError', () => {
  it('lets our own verbs speak, hint included', () => {
    const error = { code: 'DS010', message: 'There is no site to sync', hint: 'Add a site first.', details: null }
    expect(describeError(error)).toEqual({ title: 'There is no site to sync', detail: 'Add a site first.', code: 'DS010' })
    expect(errorLine(error)).toBe('There is no site to sync. Add a site first.')
  })

  it('puts PostgreSQL into words', () => {
    expect(describeError({ code: '42501', message: 'permission denied for table sites', hint: null })).toMatchObject({
      title: 'Your role does not allow this',
    })
    expect(describeError({ code: '23505', message: 'duplicate key value violates unique constraint' }).title).toBe('That name is taken')
  })

  it('keeps the words of a check of ours that uses a code of PostgreSQL', () => {
    const error = { code: '42501', message: 'Viewers cannot load the demo data', hint: 'Ask an admin.' }
    expect(describeError(error)).toMatchObject({ title: 'Viewers cannot load the demo data', detail: 'Ask an admin.' })
  })

  it.each(['Failed to fetch', 'NetworkError when attempting to fetch resource.', 'Load failed', 'TypeError: fetch failed'])('knows a dropped line: %s', (message) => {
    expect(describeError(new TypeError(message)).title).toBe('The server cannot be reached')
  })

  it('survives anything thrown', () => {
    expect(describeError('plain words')).toEqual({ title: 'plain words' })
    expect(describeError(undefined).title).toBe('Something went wrong')
    expect(describeError({}).title).toBe('Something went wrong')
    expect(describeError({ status: 500, message: '' })).toEqual({ title: 'Something went wrong', code: '500' })
  })
})

describe('validationProblems', () => {
  it('reads the list that publishing raises, and nothing else', () => {
    const details = JSON.stringify([{ path: 'headline', message: 'is required' }, { path: 1 }])
    expect(validationProblems({ code: 'DS020', details })).toEqual([{ path: 'headline', message: 'is required' }])
    expect(validationProblems({ details: 'Key (slug) already exists.' })).toEqual([])
    expect(validationProblems(null)).toEqual([])
  })
})

describe('functionError', () => {
  it('unwraps the body of a refused function call', async () => {
    const context = new Response(JSON.stringify({ code: 'forbidden', message: 'Not a member' }), { status: 403 })
    expect(await functionError(Object.assign(new Error('non-2xx'), { context }))).toEqual({ status: 403, code: 'forbidden', message: 'Not a member' })
  })

  it('takes what our own functions say, too', async () => {
    const context = new Response(JSON.stringify({ code: 'rotated_meanwhile', error: 'somebody else has rotated it' }), { status: 409 })
    const error = await functionError(Object.assign(new Error('non-2xx'), { context }))
    expect(describeError(error)).toEqual({ title: 'somebody else has rotated it', code: 'rotated_meanwhile' })
  })

  it('says the status where there is no JSON', async () => {
    const context = new Response('<html>', { status: 502 })
    expect(await functionError(Object.assign(new Error('non-2xx'), { context }))).toEqual({ status: 502, message: 'The server answered 502' })
  })
})
