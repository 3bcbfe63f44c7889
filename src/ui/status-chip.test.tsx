import { render, screen } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { StatusChip } from './status-chip.tsx'

const JOB = ['queued', 'running', 'success', 'partial', 'failed', 'cancelled']
const DELIVERY = ['queued', 'sending', 'retrying', 'success', 'failed', 'skipped', 'superseded', 'cancelled']
const ITEM = ['draft', 'scheduled', 'published', 'ended', 'archived']
const DRIFT = ['in sync', 'drifted', 'unreachable', 'not checked']

describe('StatusChip', () => {
  it.each([...new Set([...JOB, ...DELIVERY, ...ITEM, ...DRIFT])])('%s is an icon and a word', (status) => {
    const { container } = render(<StatusChip status={status} />)
    expect(screen.getByText(status)).toBeTruthy()
    expect(container.querySelector('svg[aria-hidden="true"]')).not.toBeNull()
  })

  it('says it in other words when asked to', () => {
    render(<StatusChip status="success" label="nothing to do" />)
    expect(screen.getByText('nothing to do')).toBeTruthy()
  })

  it('says what is open', () => {
    render(<StatusChip status="open" />)
    expect(screen.getByText('circuit open')).toBeTruthy()
  })

  it('shows a status that is not known yet as its bare word', () => {
    render(<StatusChip status="toString" />)
    expect(screen.getByText('toString')).toBeTruthy()
  })
})
