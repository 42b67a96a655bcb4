export type { ApprovalFacts, CallFacts } from './approval-facts.ts';
export { cardLimits, fitsMessage, sizeOfBlocks } from './card-limits.ts';
export { clip } from './clip.ts';
export { fallbackText } from './fallback-text.ts';
export {
  type ApprovalCard,
  type CardOptions,
  renderApprovalCard,
  type SlackMessage,
} from './render-approval-card.ts';
export { renderApprovalPages } from './render-approval-pages.ts';
export { renderEditModal, renderEditRefusedModal } from './render-edit-modal.ts';
export { renderPendingList } from './render-pending-list.ts';
export { renderRefusal } from './render-refusal.ts';
export { renderReminder } from './render-reminder.ts';
export { renderReplacedCard } from './render-replaced-card.ts';
export { renderedDigest } from './rendered-digest.ts';
