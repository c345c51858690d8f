//! Both spellings of many trees, and that each is read back as the same tree.
