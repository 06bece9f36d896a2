# Stands in for a built Slicer, so that the extension can be configured, built and installed without one. It knows what
# the extension uses: the folders, the macro for scripted modules, the function that registers tests, the two files at the
# end. What it is given is written to recorded_calls.txt in the build folder.
set(Slicer_USE_FILE "${CMAKE_CURRENT_LIST_DIR}/UseSlicer.cmake")
set(Slicer_EXTENSION_GENERATE_CONFIG "${CMAKE_CURRENT_LIST_DIR}/RecordExtension.cmake")
set(Slicer_EXTENSION_CPACK "${CMAKE_CURRENT_LIST_DIR}/RecordPackaging.cmake")
set(Slicer_QTSCRIPTEDMODULES_LIB_DIR "lib/Slicer-5.10/qt-scripted-modules")
set(Slicer_FOUND TRUE)
