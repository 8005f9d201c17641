# Compiles SOURCE to the fat binary IMAGE. What ptxas says about registers goes into a file beside it;
# it is shown where the build fails.
set(log "${IMAGE}.log")
execute_process(COMMAND ${NVCC} -fatbin ${OPTIONS} ${SOURCE} -o ${IMAGE}
  OUTPUT_FILE ${log} ERROR_FILE ${log} RESULT_VARIABLE status)
if(NOT status EQUAL 0)
  file(READ ${log} text)
  file(REMOVE ${IMAGE})
  message(FATAL_ERROR "nvcc failed on ${SOURCE}:\n${text}")
endif()
