import { create } from 'zustand'
import { persist } from 'zustand/middleware'

interface ReviewPreference {
  /** "Run Sync" starts at once. */
  skip: boolean
  setSkip: (skip: boolean) => void
}

/** Whether this browser shows the review before a run. */
export const useReviewPreference = create<ReviewPreference>()(
  persist((set) => ({ skip: false, setSkip: (skip) => set({ skip }) }), { name: 'datasync-skip-review' }),
)
