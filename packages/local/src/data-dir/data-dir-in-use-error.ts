import { HitlError } from '@hitl/core';

/** Another local stack works on this folder; two would act on the same runs. */
export class DataDirInUseError extends HitlError {
  override readonly code: string = 'data_dir_in_use';
  override readonly status: number = 409;
}
