import { act, renderHook } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { useSetup, type SetupStep } from './use-setup.ts'

describe('useSetup', () => {
  it('goes on at the step that failed, and makes nothing twice', async () => {
    const ran: string[] = []
    let broken = true
    const steps: SetupStep[] = [
      { underWay: 'making', failed: 'not made', run: async (name) => void ran.push(`make ${name}`) },
      {
        underWay: 'opening', failed: 'not opened',
        run: async () => {
          ran.push('open')
          if (broken) throw new TypeError('Failed to fetch')
        },
      },
      { underWay: 'filling', failed: 'not filled', run: async () => void ran.push('fill') },
    ]
    const { result } = renderHook(() => useSetup(steps))

    expect(await act(() => result.current.run('Acme'))).toBe(false)
    expect(result.current.failure).toEqual({ step: steps[1], message: 'The server cannot be reached. Check your connection, then try again.' })
    expect(result.current.step).toBeNull()

    broken = false
    expect(await act(() => result.current.run('Acme'))).toBe(true)
    expect(result.current.failure).toBeNull()
    expect(ran).toEqual(['make Acme', 'open', 'open', 'fill'])
  })
})
