import { describe, expect, it } from 'vitest'
import { actsOn, whyStay } from '@/features/team/member-rules'
import type { Member } from '@/features/team/queries/members'

const member = (id: string, role: Member['role'], isOwner = false): Member => ({ id, role, isOwner, email: `${id}@example.com`, fullName: null, since: '2026-11-21T12:00:00Z' })

const owner = member('owner', 'admin', true)
const admin = member('admin', 'admin')
const editor = member('editor', 'editor')
const viewer = member('viewer', 'viewer')
const all = [owner, admin, editor, viewer]

describe('what may be done with a member', () => {
  it('is nothing for those who are no admins', () => {
    for (const me of [editor, viewer, undefined]) {
      for (const other of all) expect(actsOn(other, me, all)).toEqual({ changeRole: false, remove: false, transfer: false })
    }
  })

  it('is everything but handing over the organization for an admin who does not own it', () => {
    expect(actsOn(viewer, admin, all)).toEqual({ changeRole: true, remove: true, transfer: false })
    expect(actsOn(owner, admin, all)).toEqual({ changeRole: false, remove: false, transfer: false })
    expect(actsOn(admin, admin, all)).toEqual({ changeRole: true, remove: false, transfer: false })
  })

  it('includes handing it over for the owner, whose own row stays', () => {
    expect(actsOn(viewer, owner, all)).toEqual({ changeRole: true, remove: true, transfer: true })
    expect(actsOn(owner, owner, all)).toEqual({ changeRole: false, remove: false, transfer: false })
  })

  it('without an owner every admin may hand it over, and the last one stays', () => {
    const some = [admin, editor]
    expect(actsOn(editor, admin, some)).toEqual({ changeRole: true, remove: true, transfer: true })
    expect(actsOn(admin, admin, some)).toEqual({ changeRole: false, remove: false, transfer: false })
  })
})

describe('who may leave', () => {
  it('is everybody but the owner, the last admin and the last member', () => {
    expect(whyStay(viewer, all)).toBeNull()
    expect(whyStay(admin, all)).toBeNull()
    expect(whyStay(owner, all)).toBe('owner')
    expect(whyStay(owner, [owner])).toBe('last-member')
    expect(whyStay(admin, [admin, editor])).toBe('last-admin')
    expect(whyStay(editor, [admin, editor])).toBeNull()
  })
})
